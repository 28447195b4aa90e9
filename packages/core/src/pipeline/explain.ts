/** Shows a plan: its tasks, chained operators, exchanges and states, as text or as a Mermaid flowchart. */

import type { CheckpointMode } from "../protocol/policy.ts"
import { canGenerateCode } from "../state/canGenerateCode.ts"
import { describeSchema } from "../state/describeSchema.ts"
import { layoutOf, layoutText } from "../state/layout.ts"
import { compileChain } from "./compileChain.ts"
import { durationText } from "./durations.ts"
import { explainGraph } from "./explainGraph.ts"
import { fuseExchanges } from "./fuseExchanges.ts"
import type {
  ExchangePlan,
  ForwardOutput,
  KeyedOutput,
  PhysicalPlan,
  SidePlan,
  TaskInput,
  TaskOutput,
  TaskPlan
} from "./PhysicalPlan.ts"
import { schemaText } from "./schemaText.ts"

export interface ExplainOptions {
  readonly parallelism: number
  /** Worker threads that the subtasks share; 0, the thread that starts the job, by default. */
  readonly threads?: number
  /** What a record may count for; `exactly-once`, of which nothing is said, by default. */
  readonly mode?: CheckpointMode
  /** `text` by default. */
  readonly format?: "text" | "mermaid"
  /** Adds the generated code of every chain; text only. */
  readonly code?: boolean
}

/** Shows the plan as the parallelism runs it. */
export const explain = (compiled: PhysicalPlan, options: ExplainOptions): string => {
  const plan = fuseExchanges(compiled, options.parallelism)
  return options.format === "mermaid" ? explainMermaid(plan, options) : explainText(plan, options)
}

const explainText = (plan: PhysicalPlan, options: ExplainOptions): string => {
  const tasks = plan.tasks.map((task) => {
    const source = options.code === true ? compileChain(task, "generated").source : null
    const lines = [...taskLines(task, options), ...(source === null ? [] : ["code:", ...source.split("\n")])]
    return [`task "${task.id}" (${placeText(options)})`, ...lines.map((line) => `  ${line}`.trimEnd())].join("\n")
  })
  const graph = explainGraph(plan)
  const head = [`pipeline "${plan.pipeline}"`, ...modeLines(plan, options)].join("\n")
  return [head, ...(graph === null ? [] : [graph]), ...tasks].join("\n\n")
}

const modeLines = ({ tasks }: PhysicalPlan, { mode }: Pick<ExplainOptions, "mode">): ReadonlyArray<string> => {
  if (mode !== "at-least-once") return []
  const sinks = tasks.flatMap(({ output }) =>
    output._tag === "Sink" && output.sink.delivery === "two-phase" ? [`"${output.uid}"`] : []
  )
  return [
    "at least once: no channel waits for the barriers of others; after a failure records may count twice",
    ...(sinks.length === 0
      ? []
      : [`  also in ${sinks.join(", ")}: every commit shows once, with what counts twice in it`])
  ]
}

type Place = Pick<ExplainOptions, "parallelism" | "threads">

const placeText = ({ parallelism, threads = 0 }: Place): string =>
  `parallelism ${parallelism}${threads === 0 ? "" : ` on ${threads} worker thread${threads === 1 ? "" : "s"}`}`

const taskLines = (task: TaskPlan, place: Place): ReadonlyArray<string> => [
  inputLine(task.input),
  ...task.steps.flatMap((step) => [
    `${step.uid}: ${step.description}`,
    ...step.states.map(
      (state) =>
        `  state "${state.name}" (${state.kind}, ${layoutText(layoutOf(state))}): ` +
        `${schemaText(describeSchema(state.key))} -> ${schemaText(describeSchema(state.value))}`
    )
  ]),
  outputLine(task.output, place),
  ...task.sides.map(sideLine),
  chainLine(task)
]

const inputLine = (input: TaskInput): string => {
  if (input._tag === "Exchange") return `from ${input.from.map((task) => `"${task}"`).join(", ")}`
  const time =
    input.outOfOrdernessMs === null
      ? "no event time"
      : `event time, ${lateness(input.outOfOrdernessMs)}${idleText(input.idleAfterMs)}`
  const bounds = input.source.isBounded ? "bounded" : "unbounded"
  return `${input.uid}: source ${input.source.description} (${bounds}; ${time})`
}

const idleText = (millis: number | null): string => (millis === null ? "" : `, idle after ${durationText(millis)}`)

const lateness = (millis: number): string => (millis === 0 ? "in order" : `out of order by ${durationText(millis)}`)

const outputLine = (output: TaskOutput, place: Place): string =>
  output._tag === "Sink"
    ? `${output.uid}: sink ${output.sink.description} (${output.sink.delivery})`
    : output._tag === "Forward"
      ? forwardText(output)
      : `exchange by ${keyText(output)} to "${output.to}": ${wayText(place)}, ${hashText(output, place)}`

const sideLine = ({ output, tag }: SidePlan): string =>
  `side output "${tag}": ${output._tag === "Ignored" ? "ignored" : forwardText(output)}`

const forwardText = ({ to }: ForwardOutput): string => `forward to "${to}": same subtask, batches by reference`

const wayText = ({ threads = 0 }: Place): string =>
  threads > 1 ? "batches by reference in a thread, columns in shared memory between threads" : "batches by reference"

/** Whether a key group is worked out for every record, and from what. */
const hashText = ({ key, needsGroups }: KeyedOutput, { parallelism }: Place): string =>
  needsGroups || parallelism > 1 ? `hash of ${key.hash}` : "no hash"

const chainLine = ({ steps }: TaskPlan): string => {
  const { length } = steps.filter(({ kind }) => kind !== "key")
  return `${length === 1 ? "1 operator" : `${length} operators`}, ${canGenerateCode() ? "one fused loop" : "interpreted: this process may not generate code"}`
}

const keyText = ({ key }: KeyedOutput): string => `${key.description} (${schemaText(describeSchema(key.schema))})`

const explainMermaid = (plan: PhysicalPlan, place: Place): string => {
  const ids = new Map(plan.tasks.map((task, index) => [task.id, `task${index}`]))
  const nodes = plan.tasks.map(
    (task) =>
      `  ${ids.get(task.id)}["${[`${task.id} (${placeText(place)})`, ...taskLines(task, place)].map(label).join("<br/>")}"]`
  )
  const edges = plan.tasks.flatMap(({ id, output, sides }) => [
    ...(output._tag === "Sink" ? [] : [`  ${ids.get(id)} -->${edgeLabel(output)} ${ids.get(output.to)}`]),
    ...sides.flatMap(({ output: side, tag }) =>
      side._tag === "Forward" ? [`  ${ids.get(id)} -.->|"${label(tag)}"| ${ids.get(side.to)}`] : []
    )
  ])
  return ["flowchart TD", ...nodes, ...edges].join("\n")
}

const edgeLabel = (output: ExchangePlan): string => (output._tag === "Exchange" ? `|"${label(keyText(output))}"|` : "")

/** Names are the user's: quotes and markup become Mermaid's character codes. */
const label = (text: string): string => text.trim().replace(/["<>&#;{}`\n]/g, (char) => `#${char.charCodeAt(0)};`)
