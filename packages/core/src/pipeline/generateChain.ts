/**
 * Emits the fused loop of a chain: one function for batches, one for each operator that fires when event time advances.
 *
 * G1 Every instance gets code of its own: what V8 learns of one chain is never spoilt by another.
 * G2 No call, allocation or closure per record but those of the user's functions, the tables and the output.
 * G3 The loop itself calls a sink's writer: at its own call site V8 can inline it, behind a shared method it cannot.
 * G4 What the loop calls are constants, of which V8 knows the target.
 * G5 Little is carried around the loop: every turn ends with `at` as it began, which else took up to a third of the time,
 *    and `written` lives outside, where it costs a long chain less than as a local variable.
 */
import { type ChainContext, type ChainInstance, directOutputOf, sideCollector } from "../operator/ChainInstance.ts"
import { always } from "../operator/keySelector.ts"
import type { ChainCode, OperatorStep, RecordNames } from "../operator/OperatorStep.ts"
import { emitCursor, emitSeek, type RowCursor } from "../state/fixed/rowCursor.ts"
import { chainFailure, clockPosition, endPosition, firedPosition } from "./chainFailure.ts"
import { emitClock, emitLists, restoreLists } from "./chainHooks.ts"
import { type ChainWriter, makeWriter } from "./chainWriter.ts"
import { openTables, rowsOf } from "./openTables.ts"
import type { TaskPlan } from "./PhysicalPlan.ts"

export interface GeneratedChain {
  readonly source: string
  readonly instantiate: (context: ChainContext) => ChainInstance
}

export const generateChain = (task: TaskPlan): GeneratedChain => {
  const writer = makeWriter(task)
  const codes = task.steps.map((step, index) => writer.codeOf(step, index))
  const source = indent(emitChain(task, codes, writer))
  return {
    source,
    instantiate: (context) => {
      const tables = openTables(task, context.state)
      const make = new Function(
        ...["context", "fail", "firedPosition", "source", "directOutputOf", "bound"],
        ...["clockPosition", "endPosition", "restoreLists"],
        `${source}\n//# sourceURL=${sourceUrl(task, context)}`
      )
      return make(
        ...[context, chainFailure(task, context.subtask), firedPosition, source, directOutputOf],
        Object.fromEntries([
          ...writer.bound.map(({ name, value }) => [name, value]),
          ...writer.tables.map(({ name, state, step }) => [name, tables(step, state)]),
          ...writer.rows.map(({ name, state, step }) => [name, rowsOf(tables(step, state))]),
          ...[...writer.sides].map(([tag, name]) => [name, sideCollector(context, tag)])
        ]),
        ...[clockPosition, endPosition, restoreLists]
      )
    }
  }
}

/** V8 shares code and feedback between equal texts: the number makes every text its own. G1. */
let instances = 0
const sourceUrl = (task: TaskPlan, context: ChainContext): string => {
  instances += 1
  return `tidemark/${task.id.replace(/[^\w.-]/g, "_")}/${context.subtask}/${instances}.js`
}

const emitChain = (task: TaskPlan, codes: ReadonlyArray<ChainCode>, writer: ChainWriter): string => {
  const output = emitOutput(task, writer.codeOf(outputStep, task.steps.length))
  const run = emitRun(task, emitSteps(task, codes, output, 0), writer)
  const firing = task.steps.map((step, index) => emitFiring(task, { codes, index, output, step, writer }))
  const fires = firing.some((code) => code.advance !== "")
  const written = emitWritten(task)
  const clock = emitClock({ task, codes, written })
  const lists = emitLists({ task, codes, written })
  const late = [...writer.late]
  const constants = [
    ...[...writer.bound, ...writer.tables, ...writer.rows].map(({ name }) => name),
    ...writer.sides.values()
  ]
  return `"use strict"
const { ${constants.join(", ")} } = bound
const output = context.output
${skipsHash(task) ? `const ${hashes} = output.isSingle !== true\n` : ""}${isSink(task) ? "const direct = directOutputOf(output)\nconst writer = direct.writer\nlet written = 0\n" : ""}let watermark = -Infinity
let highest = -Infinity
${fires ? "let fired = -Infinity\nlet passed = -Infinity\nlet at = 0\nlet firing\n" : ""}${late.map(([, name]) => `let ${name} = 0\n`).join("")}${firing.map((code) => code.declaration).join("")}${writer.declared.map(({ expression, name }) => `const ${name} = ${expression}\n`).join("")}${run}
${emitAdvance(task, firing)}
${clock}${lists}return {
run,
advance,
watermark: () => watermark,
restoreWatermark: (to) => {
watermark = to
${fires ? "fired = -Infinity\n" : ""}${emitsWithin(task) ? "passed = to\n" : ""}},
takeMaxTimestamp: () => {
const taken = highest
highest = -Infinity
return taken
},
lateRecords: () => new Map([${late.map(([uid, name]) => `[${JSON.stringify(uid)}, ${name}]`).join(", ")}].filter((entry) => entry[1] > 0)),
${clock === "" ? "" : "clock,\n"}${lists === "" ? "" : "lists,\n"}source
}`
}

interface Firing {
  readonly declaration: string
  readonly advance: string
}

const emitAdvance = (task: TaskPlan, firing: ReadonlyArray<Firing>): string => {
  const body = firing.map((code) => code.advance).join("")
  if (body === "") return "const advance = (to) => {\nif (to > watermark) watermark = to\n}"
  return `const advance = (to) => {
passed = watermark
if (to > watermark) watermark = to
if (watermark <= fired) return
const previous = fired
const current = watermark
fired = current
try {
${body}} catch (error) {
throw fail(error, { step: at, position: firedPosition(current), record: firing })
}${emitWritten(task)}${emitsWithin(task) ? "\npassed = current" : ""}
}`
}

/** Steps whose functions emit take the rest of the chain as a function: `at` is then shared with it. */
const emitsWithin = (task: TaskPlan): boolean => task.steps.some((step) => step.emitsWithin === true)

/** G3 */
const isSink = (task: TaskPlan): boolean => task.output._tag === "Sink"

/** Where neither the way of a record nor the state behind it asks for key groups, no key is hashed. */
const skipsHash = ({ output }: TaskPlan): boolean => output._tag === "Exchange" && !output.needsGroups

const hashes = "hashes"

const emitWritten = (task: TaskPlan): string =>
  isSink(task) ? " finally {\ndirect.wrote(written)\nwritten = 0\n}" : ""

/** The output is emitted like a step, but it has no state and never fires. */
const outputStep: OperatorStep = {
  uid: "output",
  kind: "output",
  description: "output",
  states: [],
  emit: () => "",
  interpret: () => ({ record: () => {} })
}

const emitRun = (task: TaskPlan, body: EmitRecord, writer: ChainWriter): string => {
  const keyed = task.input._tag === "Exchange"
  const record = {
    value: "value",
    timestamp: "timestamp",
    key: keyed ? "key" : '""',
    group: keyed ? "group" : "0",
    ahead: keyed ? "index" : null
  }
  const statements = body(record)
  const cursors = writer.takeCursors()
  const seeks = cursors.map((cursor) => (cursor.ahead === null ? "" : emitSeek(cursor, cursor.ahead)))
  return `${seeks.join("")}const run = (columns) => {
const values = columns.values
${keyed ? "const timestamps = columns.timestamps\nconst timed = timestamps.length > 0\nconst keys = columns.keys\nconst groups = columns.groups\n" : ""}const length = values.length
const currentWatermark = watermark
let maxTimestamp = highest
${cursors.map((cursor) => emitCursor(cursor) + emitAhead(task, cursor)).join("")}${emitsWithin(task) ? "" : "let "}at = 0
let index = 0
try {
for (; index < length; index++) {
const value = values[index]
const timestamp = ${keyed ? "timed ? timestamps[index] : " : ""}-Infinity
${keyed ? "const key = keys[index]\nconst group = groups[index]\n" : ""}${statements}
at = 0
}
} catch (error) {
throw fail(error, { step: at, position: context.position(index), record: values[index] })
}${emitWritten(task)}
highest = maxTimestamp
}`
}

/** Declares what is known of the rows of a batch: before its first record, where there are many. */
const emitAhead = (task: TaskPlan, { ahead, cells, index, namespace, rows }: RowCursor): string => {
  if (ahead === null) return `${rows}.prepare(length)\n`
  const { isKnown, keys, offsets, seek } = ahead
  const field = keyAhead(task)?.field
  const read = `for (let i = 0; i < length; i++) ${keys}[i] = values[i]?.[${JSON.stringify(field)}]\n`
  return `const ${ahead.namespace} = ${rows}.prepare(length) ? ${namespace} : NaN
let ${isKnown} = ${ahead.namespace} === ${namespace}
const ${offsets} = ${rows}.aheadOffsets
const ${keys} = ${field === undefined ? "keys" : `${rows}.aheadKeys`}
if (${isKnown}) {
${field === undefined ? "" : read}${seek}(${keys}, length, ${index}, ${cells}, ${offsets})
}
`
}

/** The step whose key is a field of the records that a batch begins with; null where it is computed, or comes with them. */
const keyAhead = ({ input, steps }: TaskPlan): { readonly step: OperatorStep; readonly field: string } | null => {
  const step = steps.find(({ kind }) => kind !== "eventTime" && kind !== "filter")
  if (input._tag === "Exchange" || step === undefined || typeof step.keyField !== "string") return null
  return { step, field: step.keyField }
}

type EmitRecord = (record: RecordNames) => string

/** Code of the steps from an index on, each inside the one before. */
const emitSteps = (task: TaskPlan, codes: ReadonlyArray<ChainCode>, output: EmitRecord, from: number): EmitRecord => {
  const step = task.steps[from]
  const code = codes[from]
  if (step === undefined || code === undefined) return output
  const next = emitSteps(task, codes, output, from + 1)
  return (record) => {
    const read =
      step.keyField === undefined ? record : { ...record, ahead: keyAhead(task)?.step === step ? "index" : null }
    return `// ${comment(step)}\nat = ${from}\n${step.emit(code, read, next)}`
  }
}

const emitOutput = (task: TaskPlan, code: ChainCode): EmitRecord => {
  const { output, steps } = task
  const collected = `at = ${steps.length + 1}\n`
  if (output._tag === "Sink") {
    return (record) => `${collected}written++\nwriter.write(${record.value}, ${record.timestamp})`
  }
  if (output._tag === "Forward") {
    return (record) => `${collected}output.collect(${record.value}, ${record.timestamp}, "", 0)`
  }
  const collect = (record: RecordNames, key: string, group: string): string =>
    `${collected}output.collect(${record.value}, ${record.timestamp}, ${key}, ${group})`
  const hashing = output.needsGroups ? always : hashes
  return (record) => {
    const { value } = record
    return `at = ${steps.length}\n${output.key.emit(code, { value, hashing }, (key, group) => collect(record, key, group))}`
  }
}

interface FiringOptions {
  readonly codes: ReadonlyArray<ChainCode>
  readonly index: number
  readonly output: EmitRecord
  readonly step: OperatorStep
  readonly writer: ChainWriter
}

/** The rest of the chain as a function, for a step that fires; and the code that fires it. */
const emitFiring = (task: TaskPlan, { codes, index, output, step, writer }: FiringOptions): Firing => {
  const code = codes[index]
  if (step.emitWatermark === undefined || code === undefined) return { declaration: "", advance: "" }
  const rest = emitSteps(task, codes, output, index + 1)
  const name = code.emitRest
  const record = { value: "value", timestamp: "timestamp", key: "key", group: "group", ahead: null }
  const statements = rest(record)
  return {
    declaration: `const ${name} = (value, timestamp, key, group) => {
const currentWatermark = passed
firing = value
${writer.takeCursors().map(emitCursor).join("")}${statements}
at = ${index}
}
`,
    advance: `at = ${index}
firing = undefined
${step.emitWatermark(code, { previous: "previous", current: "current" }, name)}
`
  }
}

/** Names are the user's: nothing of them may end the comment. */
const comment = (step: OperatorStep): string => `${step.uid}: ${step.description}`.replace(/[^\x20-\x7e]/g, "?")

const indent = (source: string): string => {
  let depth = 0
  return source
    .split("\n")
    .map((line) => {
      if (line.startsWith("}")) depth -= 1
      const indented = "  ".repeat(depth) + line
      if (line.endsWith("{")) depth += 1
      return indented
    })
    .join("\n")
}
