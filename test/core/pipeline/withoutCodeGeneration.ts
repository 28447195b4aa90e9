/** Runs a windowed pipeline in a process without `new Function` and prints what came out. */
import { Aggregate, Window } from "@tidemark/core"
import { Schema } from "effect"
import { compileChain } from "../../../packages/core/src/pipeline/compileChain.ts"
import { runPlan } from "./chainHarness.ts"
import { compiled, sinkOf, visits } from "./fixtures.ts"

const plan = compiled(
  visits()
    .eventTime((visit) => visit.at)
    .keyBy("page")
    .window(Window.tumbling(10))
    .aggregate("count", { n: Aggregate.count })
    .to("sink", sinkOf(Schema.Unknown))
)
const [task] = plan.tasks
const source = task === undefined ? "no task" : compileChain(task, "generated").source
const records = [1, 2].map((at) => ({ page: "a", size: 1, at }))
const { values } = runPlan(plan, [{ records }, { watermark: 9 }], "generated")
process.stdout.write(JSON.stringify({ source, values }))
