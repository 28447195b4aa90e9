import { objectName } from "@tidemark/core/storage"
import fc from "fast-check"
import { assert, describe, it } from "vitest"
import {
  isTemporary,
  jobLayout,
  jobOf,
  objectOf,
  slotOf,
  temporaryName
} from "../../../packages/backends/src/file/layout.ts"
import { isObjectName } from "../../../packages/backends/src/names.ts"

const layout = jobLayout("dir", "job")
const lastSegment = (path: string): string => path.slice(path.lastIndexOf("/") + 1)

describe("the layout of a checkpoint directory", () => {
  it("finds every slot by its file, and no other file is one", () => {
    fc.assert(fc.property(fc.maxSafeNat(), (slot) => slotOf(lastSegment(layout.entry(slot))) === slot))
    for (const file of [
      "1.json",
      "00000000001.json",
      "0000000001",
      "0000000001.json ",
      "-000000001.json",
      "a000000001.json"
    ]) {
      assert.isNull(slotOf(file), file)
    }
  })

  it("finds every object by its file, and every object's file is in its directory", () => {
    const segment = fc.stringMatching(/^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,9}$/)
    const name = fc.array(segment, { minLength: 1, maxLength: 5 }).map((segments) => segments.join("/"))
    fc.assert(
      fc.property(name, (object) => {
        assert.isTrue(isObjectName(object))
        const path = layout.object(object)
        assert.strictEqual(path, `dir/job/objects/${lastSegment(path)}`)
        assert.strictEqual(objectOf(lastSegment(path)), object)
      })
    )
  })

  it("finds every job by its directory, and no hidden directory is one", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (job) => jobOf(objectName(job)) === job))
    for (const name of ["", ".lock", "Job", "a.b", "~zz", "~2", "~C3~A9", "~ff"]) assert.isNull(jobOf(name), name)
  })

  it("tells its temporaries from all else", () => {
    assert.isTrue(isTemporary(temporaryName("0a1b", 12)))
    for (const file of [".tmp", ".tmp-a", ".tmp-a-b", "tmp-a-1", ".tmp-a-1~"]) assert.isFalse(isTemporary(file), file)
  })
})
