import { expect, it } from "@effect/vitest"
import * as fc from "fast-check"
import {
  checkpointOfPart,
  hiddenName,
  ownerOf,
  partName,
  termOfHidden
} from "../../../packages/connectors/src/internal/parts/partName.ts"

const owner = ownerOf({ job: "flight-delays", operator: "report" }, "jsonl")

it("a part is named by checkpoint, term, subtask, job and operator", () => {
  const name = partName(owner, { checkpoint: 12, term: 3, subtask: 0 })
  expect(name).toBe("part-c000000012-t0003-s00.flight-delays.report.jsonl")
  expect(checkpointOfPart(owner, name)).toBe(12)
})

it("names sort by checkpoint", () => {
  const names = [2, 10, 9, 100].map((checkpoint) => partName(owner, { checkpoint, term: 1, subtask: 0 }))
  expect(names.sort().map((name) => checkpointOfPart(owner, name))).toEqual([2, 9, 10, 100])
})

it("hidden files start with a dot and tell their term", () => {
  const name = hiddenName(owner, { term: 3, subtask: 1, cut: 4 })
  expect(name).toMatch(/^\./)
  expect(termOfHidden(owner, name)).toBe(3)
  expect(checkpointOfPart(owner, name)).toBeNull()
})

it("T3 names of other jobs and operators are never taken for ours, whatever the names are", () => {
  const name = fc.string({ unit: "binary", minLength: 1, maxLength: 12 })
  return fc.assert(
    fc.property(name, name, name, name, (job, operator, otherJob, otherOperator) => {
      fc.pre(job !== otherJob || operator !== otherOperator)
      const ours = ownerOf({ job, operator }, "jsonl")
      const theirs = ownerOf({ job: otherJob, operator: otherOperator }, "jsonl")
      const id = { checkpoint: 1, term: 1, subtask: 0 }
      expect(checkpointOfPart(ours, partName(theirs, id))).toBeNull()
      expect(termOfHidden(ours, hiddenName(theirs, { term: 1, subtask: 0, cut: 0 }))).toBeNull()
      expect(checkpointOfPart(ours, partName(ours, id))).toBe(1)
    })
  )
})

it("a long name stays within what file systems allow", () => {
  const long = ownerOf({ job: "Ä".repeat(300), operator: "Ö".repeat(300) }, "jsonl")
  expect(hiddenName(long, { term: 1, subtask: 0, cut: 0 }).length).toBeLessThan(255)
  expect(ownerOf({ job: `${"a".repeat(300)}1`, operator: "o" }, "jsonl")).not.toEqual(
    ownerOf({ job: `${"a".repeat(300)}2`, operator: "o" }, "jsonl")
  )
})

it("files of users are not ours", () => {
  for (const name of [
    "part-1.jsonl",
    `part-c1-t1-s0.${owner.name}.jsonl`,
    partName({ ...owner, extension: "csv" }, { checkpoint: 1, term: 1, subtask: 1 }),
    `x${partName(owner, { checkpoint: 1, term: 1, subtask: 1 })}`
  ]) {
    expect(checkpointOfPart(owner, name)).toBeNull()
  }
  expect(termOfHidden(owner, ".gitignore")).toBeNull()
})
