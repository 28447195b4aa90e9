/** Jobs in memory whose plan is no line, recorded and checked as one behaviour of the whole system. */
import { Job, type JobHandle, type JobOptions } from "@tidemark/core"
import type { CheckpointStorage } from "@tidemark/core/storage"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { graphJob } from "../support/graphJob.ts"
import { until } from "../support/until.ts"
import { checkTrace, describeConformance } from "./checkTrace.ts"
import { TraceRecorder } from "./record.ts"

const record = ({ job, storage }: { readonly job: JobOptions; readonly storage: CheckpointStorage }) => {
  const recorder = new TraceRecorder()
  const inspected = { ...job, inspect: recorder.inspect }
  return {
    run: <A>(use: (handle: JobHandle) => Effect.Effect<A, unknown>): Promise<A> => {
      const process = Effect.scoped(Effect.flatMap(Job.start(inspected), use))
      return Effect.runPromise(Effect.tap(process, () => recorder.ended(storage, "graph")))
    },
    expectConforming: (failures: number) => {
      const verdict = checkTrace(inspected, recorder.trace, { failures })
      expect(verdict.conforms, describeConformance(verdict, recorder.trace)).toBe(true)
      return recorder.trace
    }
  }
}

describe("the trace of a job with a union, a side output and two sinks is a behaviour of the system", () => {
  for (const parallelism of [1, 2]) {
    it(`with failures of the user's function and a process that is given up, at parallelism ${parallelism}`, async () => {
      let calls = 0
      const { expectShown, job, storage } = graphJob({
        records: 700,
        onRecord: () => {
          calls++
          if (calls === 500) throw new Error(`call ${calls}`)
        }
      })
      const recorded = record({ job: { ...job, parallelism }, storage })
      await recorded.run((handle) => until(() => handle.report().checkpoints.completed > 1))
      const { outcome, restarts } = await recorded.run((handle) => handle.await)
      expect(outcome).toBe("finished")
      const trace = recorded.expectConforming(restarts + 1)
      expectShown()
      const aligned = trace.filter((line) => line._tag === "BarrierTaken" && line.channel.includes(">late#"))
      expect(aligned.length).toBeGreaterThan(1)
    })
  }
})
