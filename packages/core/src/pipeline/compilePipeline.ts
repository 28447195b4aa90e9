/**
 * Compiles a pipeline to a physical plan: cuts it into tasks at every `keyBy`, derives the schemas of records and keys,
 * and checks everything that the types cannot.
 *
 * Pure: the same pipeline gives an equal plan. Fails: `PipelineInvalid` with all problems, not just the first.
 */
import { Result, Schema } from "effect"
import { PipelineInvalid } from "../model/errors.ts"
import { isAggregate } from "../operator/Aggregate.ts"
import { makeAggregation } from "../operator/aggregation.ts"
import { eventTimeStep } from "../operator/eventTime.ts"
import { fieldsRead } from "../operator/fieldsRead.ts"
import { filterStep } from "../operator/filter.ts"
import { flatMapStep } from "../operator/flatMap.ts"
import { type KeySelector, makeKeySelector } from "../operator/keySelector.ts"
import { fieldSchema } from "../operator/keys.ts"
import { mapStep } from "../operator/map.ts"
import { needsGroups, type OperatorStep } from "../operator/OperatorStep.ts"
import { reduceStep } from "../operator/reduce.ts"
import { slidingAggregateStep } from "../operator/slidingAggregate.ts"
import { windowAggregateStep } from "../operator/windowAggregate.ts"
import { keyKindOf } from "../state/keyKind.ts"
import { durationInputText, wholeMillis } from "./durations.ts"
import type { AnySchema, LogicalOperator, Pipeline } from "./Graph.ts"
import { nameProblems } from "./nameProblems.ts"
import type { PhysicalPlan, TaskInput, TaskOutput, TaskPlan } from "./PhysicalPlan.ts"
import { windowShape } from "./windowShape.ts"

export const compilePipeline = (pipeline: Pipeline): Result.Result<PhysicalPlan, PipelineInvalid> => {
  const compiler = new PipelineCompiler(pipeline)
  for (const [index, operator] of pipeline.operators.entries()) compiler.add(operator, index)
  const tasks = compiler.finish()
  const problems = [...nameProblems(pipeline), ...compiler.problems]
  return problems.length > 0
    ? Result.fail(new PipelineInvalid({ pipeline: pipeline.name, problems }))
    : Result.succeed({ pipeline: pipeline.name, tasks })
}

type Of<Tag extends LogicalOperator["_tag"]> = Extract<LogicalOperator, { readonly _tag: Tag }>

class PipelineCompiler {
  readonly problems: Array<string> = []
  readonly #pipeline: Pipeline
  readonly #tasks: Array<TaskPlan> = []
  #outOfOrdernessMs: number | null = null
  /** Of the task being built: its steps, and for all but the first the exchange it reads from. */
  #steps: Array<OperatorStep> = []
  #exchange: { readonly uid: string; readonly from: string } | null = null
  /** Of the stream at this place: the schema of its records, who made them, and their key. */
  #schema: AnySchema | null
  #maker: string
  #key: KeySelector | null = null

  constructor(pipeline: Pipeline) {
    this.#pipeline = pipeline
    this.#schema = pipeline.source.source.schema
    this.#maker = pipeline.source.uid
  }

  add(operator: LogicalOperator, index: number): void {
    const uid = operatorName(operator, index)
    switch (operator._tag) {
      case "EventTime":
        this.#eventTime(operator, { uid, index })
        break
      case "Filter":
        this.#push(filterStep(uid, operator.keeps))
        break
      case "Map":
        this.#reshape(mapStep(uid, operator.f), operator.schema)
        break
      case "FlatMap":
        this.#reshape(flatMapStep(uid, operator.f), operator.schema)
        break
      case "KeyBy":
        this.#keyBy(operator, uid)
        break
      case "Reduce":
        this.#reduce(operator)
        break
      case "WindowAggregate":
        this.#windowAggregate(operator)
        break
    }
  }

  /** Ends the last task in the sink. */
  finish(): ReadonlyArray<TaskPlan> {
    const { sink } = this.#pipeline
    this.#needSchema(`Sink "${sink.uid}"`)
    this.#endTask({ _tag: "Sink", ...sink })
    return this.#tasks.map(withGroupNeeds)
  }

  #push(step: OperatorStep): void {
    this.#steps.push(step)
  }

  #reshape(step: OperatorStep, schema: AnySchema | null): void {
    this.#push(step)
    this.#schema = schema
    this.#maker = step.uid
  }

  #eventTime(operator: Of<"EventTime">, { index, uid }: { readonly uid: string; readonly index: number }): void {
    const delay = wholeMillis(operator.outOfOrderness)
    if (index !== 0) this.problems.push("eventTime stands right after from, and once: watermarks belong to the source.")
    if (delay === null || delay < 0) {
      this.problems.push(
        `eventTime has outOfOrderness ${durationInputText(operator.outOfOrderness)}; ` +
          "it must be zero or a positive, whole number of milliseconds."
      )
    }
    this.#outOfOrdernessMs = delay ?? 0
    this.#push(eventTimeStep(uid, operator.assign))
  }

  #keyBy({ of, schema }: Of<"KeyBy">, uid: string): void {
    const shown = of._tag === "Field" ? `keyBy("${of.field}")` : "keyBy"
    const record = this.#needSchema(shown)
    if (record === null) return
    const keySchema = schema ?? (of._tag === "Field" ? fieldSchema(record, of.field) : null)
    const kind = keySchema === null ? null : keyKindOf(keySchema)
    if (keySchema === null) {
      this.problems.push(
        `${shown} cannot tell the schema of its key from the schema of the records of "${this.#maker}"; ` +
          "use keyBy(function, keySchema)."
      )
    } else if (kind === null) {
      this.problems.push(`${shown} mixes tuples with other keys; make every key a tuple, or none.`)
    } else this.#key = makeKeySelector({ uid, of, schema: keySchema, kind })
  }

  #reduce({ reduce, uid }: Of<"Reduce">): void {
    const key = this.#startKeyedTask(uid)
    if (key === null || this.#schema === null) return
    this.#push(reduceStep({ uid, reduce, key: key.schema, value: this.#schema }))
    this.#maker = uid
  }

  #windowAggregate({ spec, uid, window }: Of<"WindowAggregate">): void {
    const { everyMs, kind, problems, sizeMs } = windowShape(uid, window)
    this.problems.push(...problems)
    if (this.#outOfOrdernessMs === null) {
      this.problems.push(`Window "${uid}" needs event time; call eventTime right after from.`)
    }
    if (!isAggregate(spec)) this.problems.push(...fieldProblems(uid, Object.keys(spec)))
    const key = this.#startKeyedTask(uid)
    if (key === null) return
    const aggregation = makeAggregation(spec)
    const description = `${kind}: ${aggregation.description}`
    const { restore: restoreKey, schema } = key
    const options = { uid, kind, description, sizeMs, aggregation, key: schema, restoreKey }
    const step = everyMs === null ? windowAggregateStep(options) : slidingAggregateStep({ ...options, everyMs })
    const reads = fieldsRead(spec)
    this.#reshape(reads === null ? step : { ...step, reads }, windowResultSchema(schema, aggregation.result))
  }

  /** Ends the task before a keyed operator in an exchange, and begins the operator's own. */
  #startKeyedTask(uid: string): KeySelector | null {
    const key = this.#key
    this.#key = null
    const record = this.#schema
    if (key !== null && record !== null) {
      const from = this.#endTask({ _tag: "Exchange", to: uid, key, record, needsGroups: true })
      this.#exchange = { uid, from }
    }
    return key
  }

  #endTask(output: TaskOutput): string {
    const id = this.#exchange === null ? this.#pipeline.source.uid : this.#exchange.uid
    this.#tasks.push({ id, fused: [], input: this.#input(), steps: this.#steps, output })
    this.#steps = []
    return id
  }

  #input(): TaskInput {
    return this.#exchange === null
      ? { _tag: "Source", ...this.#pipeline.source, outOfOrdernessMs: this.#outOfOrdernessMs }
      : { _tag: "Exchange", from: [this.#exchange.from] }
  }

  /** The types demand it as well; this speaks to users of plain JavaScript. */
  #needSchema(who: string): AnySchema | null {
    if (this.#schema === null) {
      this.problems.push(`${who} needs the schema of the records of "${this.#maker}"; pass it { schema }.`)
    }
    return this.#schema
  }
}

/** The user's name, or one after kind and place for stateless steps without. */
const operatorName = (operator: LogicalOperator, index: number): string => {
  const name = "uid" in operator ? operator.uid : null
  return name ?? `${operator._tag.charAt(0).toLowerCase()}${operator._tag.slice(1)}-${index + 1}`
}

/** Only when all tasks are known can an exchange be told what stands behind it. */
const withGroupNeeds = (task: TaskPlan, _index: number, tasks: ReadonlyArray<TaskPlan>): TaskPlan => {
  const { output } = task
  if (output._tag === "Sink") return task
  const target = tasks.find(({ id }) => id === output.to)
  return { ...task, output: { ...output, needsGroups: target === undefined || needsGroups(target.steps) } }
}

const fieldProblems = (uid: string, fields: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...(fields.length === 0 ? [`Aggregation "${uid}" aggregates nothing; name at least one aggregate.`] : []),
  ...(fields.includes("__proto__") ? [`Aggregation "${uid}" has a field "__proto__"; use another name.`] : [])
]

const windowResultSchema = (key: AnySchema, value: AnySchema): AnySchema =>
  Schema.Struct({ key, window: Schema.Struct({ start: Schema.Int, end: Schema.Int }), value })
