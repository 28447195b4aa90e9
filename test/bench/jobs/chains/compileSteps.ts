import { Collection } from "@tidemark/connectors/collection"
import { Pipeline, type Stream } from "@tidemark/core"
import { Effect, Result } from "effect"
import type { ChainInstance } from "../../../../packages/core/src/operator/ChainInstance.ts"
import { eraseFunction } from "../../../../packages/core/src/operator/erase.ts"
import { compileChain } from "../../../../packages/core/src/pipeline/compileChain.ts"
import { compilePipeline } from "../../../../packages/core/src/pipeline/compilePipeline.ts"
import { SinkOutput } from "../../../../packages/core/src/runtime/Outputs.ts"
import { makeSubtaskState } from "../../../../packages/core/src/state/index.ts"
import type { Chain, Keeper } from "./Chain.ts"

/** The chain as the runtime compiles and feeds it: pipeline, plan, generated loop, output to a sink's writer. */
export const compileSteps = <In, A>(chain: Chain<In, A>, kept: Keeper<A>): ChainInstance => {
  const { first, inputSchema, rest, schema } = chain
  let stream: Stream<A> = Pipeline.make("chain")
    .from("inputs", Collection.source<In>({ schema: inputSchema, records: [] }))
    .map<A>(first, { schema })
  for (const step of rest) stream = step._tag === "Map" ? stream.map<A>(step.f, { schema }) : stream.filter(step.keeps)
  const plan = Result.getOrThrow(compilePipeline(stream.to("kept", Collection.sink<A>({ schema }))))
  const [task] = plan.tasks
  if (task === undefined) throw new Error("The chain compiles to no task.")
  const output = new SinkOutput({
    write: eraseFunction((value: A) => kept.keep(value)),
    isFull: () => false,
    flush: Effect.void,
    prepare: () => Effect.succeed(null)
  })
  return compileChain(task, "generated").instantiate({
    ...{ subtask: 0, state: makeSubtaskState(), output },
    position: (index) => `input ${index}`
  })
}
