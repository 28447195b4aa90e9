import { Effect } from "effect"
import { UsageInvalid } from "../failures.ts"

const parallelismMax = 128

/** Passes null on: then the job's own holds. */
export const checkParallelism = (given: number | null): Effect.Effect<number | null, UsageInvalid> =>
  given === null || (Number.isInteger(given) && given >= 1 && given <= parallelismMax)
    ? Effect.succeed(given)
    : Effect.fail(
        new UsageInvalid({
          message: `--parallelism is ${given}; use a whole number of subtasks from 1 to ${parallelismMax}.`
        })
      )
