import { Job, Pipeline } from "@tidemark/core"
import { Console, Effect } from "effect"
import { checkParallelism } from "./checkParallelism.ts"
import { loadJob } from "./loadJob.ts"

export interface ExplainRequest {
  readonly module: string
  readonly args: ReadonlyArray<string>
  readonly parallelism: number | null
  readonly isMermaid: boolean
}

/** Prints the plan of a job; opens no storage, source or sink. */
export const explainJob = Effect.fnUntraced(function* (request: ExplainRequest) {
  const given = yield* checkParallelism(request.parallelism)
  const job = yield* loadJob(request)
  const plan = yield* Effect.fromResult(Pipeline.compile(job.pipeline))
  const parallelism = given ?? job.parallelism ?? 1
  const threads = job.threads ?? Job.defaultThreads({ ...job, parallelism })
  const mode = job.checkpoint?.mode ?? "exactly-once"
  const format = request.isMermaid ? "mermaid" : "text"
  yield* Console.log(Pipeline.explain(plan, { parallelism, threads, mode, format }))
})
