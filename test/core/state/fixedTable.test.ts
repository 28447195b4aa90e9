import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { command, FixedRun } from "./support/fixedModel.ts"

describe("FixedTable", () => {
  for (const kind of ["integer", "string"] as const) {
    it(`V1 V2 B1 B2 B3 with ${kind} keys captures, in full and since a base, show their barriers whatever is written meanwhile`, () => {
      const seen = { deltas: 0, removedRows: 0, concurrent: 0 }
      fc.assert(
        fc.property(fc.array(command, { minLength: 20, maxLength: 90, size: "max" }), (commands) => {
          const run = new FixedRun(kind)
          for (const each of commands) run.execute(each)
          run.finish()
          seen.deltas += run.seen.deltas
          seen.removedRows += run.seen.removedRows
          seen.concurrent += run.seen.concurrent
        }),
        { numRuns: 60 }
      )
      // The property would prove nothing without increments, removals and captures that run at the same time.
      expect(Math.min(seen.deltas, seen.removedRows, seen.concurrent)).toBeGreaterThan(20)
    })
  }
})
