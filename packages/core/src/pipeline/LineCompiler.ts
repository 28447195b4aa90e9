/**
 * Compiles one line of a pipeline, from a source or a side output to where it ends: cuts it into tasks, and derives the
 * schemas of records and keys.
 */
import type { Duration } from "effect"
import { eventTimeStep } from "../operator/eventTime.ts"
import { filterStep } from "../operator/filter.ts"
import { flatMapStep } from "../operator/flatMap.ts"
import type { KeySelector } from "../operator/keySelector.ts"
import { mapStep } from "../operator/map.ts"
import { mapAsyncStep } from "../operator/mapAsyncStep.ts"
import type { OperatorStep } from "../operator/OperatorStep.ts"
import { listProcessStep } from "../operator/process/listProcessStep.ts"
import { processStep } from "../operator/process/processStep.ts"
import { reduceStep } from "../operator/reduce.ts"
import { asyncMapOf } from "./asyncMapOf.ts"
import { durationInputText, wholeMillis } from "./durations.ts"
import type { AnySchema, Graph, LogicalOperator, Pipeline } from "./Graph.ts"
import { keyByOperator, keyByText } from "./keyByOperator.ts"
import type { TaskInput, TaskOutput } from "./PhysicalPlan.ts"
import type { PlanParts } from "./PlanParts.ts"
import { listProcessProblems, livesOf, processProblems } from "./processOperator.ts"
import { atSource, type TaskStart } from "./TaskStart.ts"
import { checkWindow, windowOperator } from "./windowOperator.ts"

type Of<Tag extends LogicalOperator["_tag"]> = Extract<LogicalOperator, { readonly _tag: Tag }>

interface LineOptions {
  readonly parts: PlanParts
  /** Stands before the names of operators without a name, to tell the lines apart. */
  readonly prefix: string
  readonly start: TaskStart
}

export class LineCompiler {
  readonly #parts: PlanParts
  readonly #prefix: string
  /** Of the task being built: its name, its input, the sources of its records without event time, and its steps. */
  #id: string
  #input: TaskInput
  #untimed: ReadonlyArray<string>
  #steps: Array<OperatorStep> = []
  /** Of the stream at this place: the schema of its records, who made them, and their key. */
  #schema: AnySchema | null
  #maker: string
  #key: KeySelector | null = null

  constructor(line: Graph, { parts, prefix, start }: LineOptions) {
    this.#parts = parts
    this.#prefix = prefix
    this.#id = start.id
    this.#input = start.input
    this.#untimed = start.untimed
    this.#schema = start.schema
    this.#maker = start.id
    for (const [index, operator] of line.operators.entries()) this.add(operator, index)
  }

  add(operator: LogicalOperator, index: number): void {
    const uid = this.#nameOf(operator, index)
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
      case "Process":
        this.#process(operator)
        break
      case "ListProcess":
        this.#listProcess(operator)
        break
      case "MapAsync":
        this.#mapAsync(operator)
        break
      case "Union":
        this.#union(operator)
        break
    }
  }

  /** Ends the last task in the sink. */
  endIn({ sink }: Pipeline): void {
    this.#needSchema(`Sink "${sink.uid}"`)
    this.#endTask({ _tag: "Sink", ...sink })
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
    if (index !== 0 || this.#input._tag !== "Source")
      this.#parts.problems.push("eventTime stands right after from, and once: watermarks belong to the source.")
    if (delay === null || delay < 0) {
      this.#parts.problems.push(
        `eventTime has outOfOrderness ${durationInputText(operator.outOfOrderness)}; ` +
          "it must be zero or a positive, whole number of milliseconds."
      )
    }
    const idleAfterMs = operator.idleAfter === null ? null : this.#idleAfter(operator.idleAfter)
    if (this.#input._tag === "Source") this.#input = { ...this.#input, outOfOrdernessMs: delay ?? 0, idleAfterMs }
    this.#untimed = []
    this.#push(eventTimeStep(uid, operator.assign))
  }

  #idleAfter(input: Duration.Input): number {
    const millis = wholeMillis(input) ?? 0
    if (millis <= 0) {
      this.#parts.problems.push(
        `eventTime has idleAfter ${durationInputText(input)}; it must be a positive, whole number of milliseconds.`
      )
    }
    return millis
  }

  #keyBy(operator: Of<"KeyBy">, uid: string): void {
    const record = this.#needSchema(keyByText(operator))
    if (record === null) return
    const { key, problems } = keyByOperator(operator, { uid, record, maker: this.#maker })
    this.#parts.problems.push(...problems)
    this.#key = key
  }

  #reduce({ reduce, uid }: Of<"Reduce">): void {
    const key = this.#startKeyedTask(uid)
    if (key === null || this.#schema === null) return
    this.#push(reduceStep({ uid, reduce, key: key.schema, value: this.#schema }))
    this.#maker = uid
  }

  #windowAggregate(operator: Of<"WindowAggregate">): void {
    const { problems, shape } = checkWindow(operator)
    this.#parts.problems.push(...shape.problems)
    this.#needEventTime(`Window "${operator.uid}"`)
    this.#parts.problems.push(...problems)
    const key = this.#startKeyedTask(operator.uid)
    if (key === null) return
    const { schema, step } = windowOperator(operator, shape, key)
    this.#reshape(step, schema)
  }

  #process(operator: Of<"Process">): void {
    const { functions, schema, sides, states, uid } = operator
    this.#parts.problems.push(...processProblems(operator))
    if (functions.onTimer !== null) this.#needEventTime(`Process "${uid}" with onTimer`)
    const key = this.#startKeyedTask(uid)
    if (key === null || schema === null) return
    const names = sides.map(({ name }) => name)
    const options = { uid, functions, states, lives: livesOf(states), sides: names }
    this.#reshape(processStep({ ...options, key: key.schema, restoreKey: key.restore }), schema)
  }

  #listProcess(operator: Of<"ListProcess">): void {
    const { functions, lists, schema, sides, uid } = operator
    this.#parts.problems.push(...listProcessProblems(operator))
    this.#reshape(listProcessStep({ uid, functions, lists, sides: sides.map(({ name }) => name) }), schema)
  }

  #mapAsync(operator: Of<"MapAsync">): void {
    const { asyncMap, problems } = asyncMapOf(operator, this.#needSchema(`mapAsync "${operator.uid}"`))
    this.#parts.problems.push(...problems)
    if (asyncMap === null) return
    const { record, uid } = asyncMap
    const from = this.#endTask({ _tag: "Forward", to: uid, record })
    this.#begin({ id: uid, from: [from] })
    this.#reshape(mapAsyncStep(asyncMap), operator.options.schema)
  }

  /** Ends the task before a keyed operator in an exchange, and begins the operator's own. */
  #startKeyedTask(uid: string): KeySelector | null {
    const key = this.#key
    this.#key = null
    const record = this.#schema
    if (key !== null && record !== null) {
      const from = this.#endTask({ _tag: "Exchange", to: uid, key, record, needsGroups: true })
      this.#begin({ id: uid, from: [from] })
    }
    return key
  }

  #union({ others, uid }: Of<"Union">): void {
    const schema = this.#needSchema(`Union "${uid}"`)
    if (others.length === 0 || others.includes(null)) {
      this.#parts.problems.push(`Union "${uid}" needs functions that answer streams, at least one: (from) => from(…).`)
    }
    if (schema === null) return
    const lines = others.flatMap((other) => (other === null ? [] : [this.#joining(other, uid)]))
    const from = [this, ...lines].map((line) => line.#endTask({ _tag: "Forward", to: uid, record: schema }))
    this.#untimed = [this, ...lines].flatMap((line) => line.#untimed)
    this.#begin({ id: uid, from })
    this.#maker = uid
  }

  #joining(other: Graph, union: string): LineCompiler {
    const prefix = `${other.source.uid}/`
    const line = new LineCompiler(other, { parts: this.#parts, prefix, start: atSource(other) })
    line.#needSchema(`Union "${union}"`)
    return line
  }

  #endTask(output: TaskOutput): string {
    this.#parts.add({ id: this.#id, input: this.#input, steps: this.#steps, output }, this.#untimed)
    return this.#id
  }

  #begin({ from, id }: { readonly id: string; readonly from: ReadonlyArray<string> }): void {
    this.#id = id
    this.#input = { _tag: "Exchange", from }
    this.#steps = []
  }

  #needEventTime(who: string): void {
    if (this.#untimed.length === 0) return
    const sources = this.#parts.hasManySources ? ` of ${this.#untimed.map((name) => `"${name}"`).join(" and ")}` : ""
    this.#parts.problems.push(`${who} needs event time; call eventTime right after from${sources}.`)
  }

  /** The types demand it as well; this speaks to users of plain JavaScript. */
  #needSchema(who: string): AnySchema | null {
    if (this.#schema === null) {
      this.#parts.problems.push(`${who} needs the schema of the records of "${this.#maker}"; pass it { schema }.`)
    }
    return this.#schema
  }

  /** The user's name, or one after kind and place for stateless steps without. */
  #nameOf(operator: LogicalOperator, index: number): string {
    const name = "uid" in operator ? operator.uid : null
    return name ?? `${this.#prefix}${operator._tag.charAt(0).toLowerCase()}${operator._tag.slice(1)}-${index + 1}`
  }
}
