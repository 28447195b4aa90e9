import { nameOfObject, objectName } from "@tidemark/core/storage"
import fc from "fast-check"
import { assert, describe, it } from "vitest"

const names = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary-ascii" }),
  fc.constantFrom(".", "..", "a/b", "~")
)

describe("objectName", () => {
  it("leaves plain names alone and encodes the rest", () => {
    assert.strictEqual(objectName("daily-delays_2"), "daily-delays_2")
    assert.strictEqual(objectName("Daily Delays"), "~44aily~20~44elays")
    assert.strictEqual(objectName(".."), "~2e~2e")
    assert.strictEqual(objectName("a/b~"), "a~2fb~7e")
    assert.strictEqual(objectName("é"), "~c3~a9")
  })

  it("is reversible", () => {
    fc.assert(fc.property(names, (name) => nameOfObject(objectName(name)) === name))
  })

  it("is a safe path segment: never hidden, no separator, no upper case", () => {
    fc.assert(fc.property(names, (name) => /^[a-z0-9_~-]*$/.test(objectName(name))))
  })

  it("keeps different names apart on file systems that ignore case", () => {
    fc.assert(
      fc.property(names, names, (left, right) => {
        const isSame = objectName(left).toLowerCase() === objectName(right).toLowerCase()
        assert.strictEqual(isSame, left === right)
      })
    )
  })
})
