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
import { invariant } from "../model/invariant.ts"
import { type ChainContext, type ChainInstance, directOutputOf } from "../operator/ChainInstance.ts"
import { always } from "../operator/keySelector.ts"
import { type ChainCode, needsGroups, type OperatorStep, type RecordNames } from "../operator/OperatorStep.ts"
import type { FixedLayout } from "../state/fixed/RowBlock.ts"
import { emitCursor, nameCursor, type RowCursor } from "../state/fixed/rowCursor.ts"
import { chainFailure, firedPosition } from "./chainFailure.ts"
import { fixedLayoutOf, openTables, rowsOf } from "./openTables.ts"
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
        `${source}\n//# sourceURL=${sourceUrl(task, context)}`
      )
      return make(
        ...[context, chainFailure(task, context.subtask), firedPosition, source, directOutputOf],
        Object.fromEntries([
          ...writer.bound.map(({ name, value }) => [name, value]),
          ...writer.tables.map(({ name, state, step }) => [name, tables(step, state)]),
          ...writer.rows.map(({ name, state, step }) => [name, rowsOf(tables(step, state))])
        ])
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

interface TableName {
  readonly name: string
  readonly step: OperatorStep
  readonly state: string
}

interface Writer {
  readonly bound: ReadonlyArray<{ readonly name: string; readonly value: unknown }>
  readonly tables: ReadonlyArray<TableName>
  /** Tables whose rows the code works on itself. */
  readonly rows: ReadonlyArray<TableName>
  readonly late: ReadonlyMap<string, string>
  readonly codeOf: (step: OperatorStep, index: number) => ChainCode
  /** The cursors that were asked for since the last call, to be declared where that code stands. */
  readonly takeCursors: () => ReadonlyArray<RowCursor>
}

/** Collects the names that the emitted code of all steps uses. */
const makeWriter = (task: TaskPlan): Writer => {
  const bound: Array<{ readonly name: string; readonly value: unknown }> = []
  const tables: Array<TableName> = []
  const rows: Array<TableName> = []
  const late = new Map<string, string>()
  let names = 0
  const fresh = (hint: string): string => {
    names += 1
    return `${hint}${names}`
  }
  const bind = (hint: string, value: unknown): string => {
    const known = bound.find((binding) => binding.value === value)
    if (known !== undefined) return known.name
    const name = fresh(hint)
    bound.push({ name, value })
    return name
  }
  const nameIn = (names: Array<TableName>, hint: string, { state, step }: Omit<TableName, "name">): string => {
    const known = names.find((candidate) => candidate.step === step && candidate.state === state)
    if (known !== undefined) return known.name
    const name = fresh(hint)
    names.push({ name, step, state })
    return name
  }
  const cursors = new Map<string, RowCursor>()
  const cursor = (rowsName: string, layout: FixedLayout | null): RowCursor => {
    invariant(layout !== null, "a cursor is asked for by states off-heap")
    const made = cursors.get(rowsName) ?? nameCursor(layout, rowsName, fresh)
    cursors.set(rowsName, made)
    return made
  }
  const takeCursors = (): ReadonlyArray<RowCursor> => {
    const taken = [...cursors.values()]
    cursors.clear()
    return taken
  }
  const needs = needsGroups(task.steps)
  const codeOf = (step: OperatorStep, index: number): ChainCode => ({
    name: fresh,
    bind,
    layout: (state) => fixedLayoutOf(step, state),
    table: (state) => nameIn(tables, "table", { step, state }),
    rows: (state) => nameIn(rows, "rows", { step, state }),
    cursor: (state) => cursor(nameIn(rows, "rows", { step, state }), fixedLayoutOf(step, state)),
    needsGroups: needs,
    get countLate() {
      late.set(step.uid, `late${index}`)
      return `late${index}++`
    },
    currentWatermark: "currentWatermark",
    maxTimestamp: "maxTimestamp"
  })
  return { bound, tables, rows, late, codeOf, takeCursors }
}

const emitChain = (task: TaskPlan, codes: ReadonlyArray<ChainCode>, writer: Writer): string => {
  const output = emitOutput(task, writer.codeOf(outputStep, task.steps.length))
  const run = emitRun(task, emitSteps(task, codes, output, 0), writer)
  const firing = task.steps.map((step, index) => emitFiring(task, { codes, index, output, step, writer }))
  const fires = firing.some((code) => code.advance !== "")
  const late = [...writer.late]
  const constants = [...writer.bound, ...writer.tables, ...writer.rows].map(({ name }) => name)
  return `"use strict"
const { ${constants.join(", ")} } = bound
const output = context.output
${skipsHash(task) ? `const ${hashes} = output.isSingle !== true\n` : ""}${isSink(task) ? "const direct = directOutputOf(output)\nconst writer = direct.writer\nlet written = 0\n" : ""}let watermark = -Infinity
let highest = -Infinity
${fires ? "let fired = -Infinity\nlet passed = -Infinity\nlet at = 0\nlet firing\n" : ""}${late.map(([, name]) => `let ${name} = 0\n`).join("")}${firing.map((code) => code.declaration).join("")}${run}
${emitAdvance(task, firing)}
return {
run,
advance,
watermark: () => watermark,
restoreWatermark: (to) => {
watermark = to
${fires ? "fired = -Infinity\n" : ""}},
takeMaxTimestamp: () => {
const taken = highest
highest = -Infinity
return taken
},
lateRecords: () => new Map([${late.map(([uid, name]) => `[${JSON.stringify(uid)}, ${name}]`).join(", ")}].filter((entry) => entry[1] > 0)),
source
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
}${emitWritten(task)}
}`
}

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

const emitRun = (task: TaskPlan, body: EmitRecord, writer: Writer): string => {
  const keyed = task.input._tag === "Exchange"
  const record = {
    value: "value",
    timestamp: "timestamp",
    key: keyed ? "key" : '""',
    group: keyed ? "group" : "0"
  }
  const statements = body(record)
  const cursors = writer.takeCursors()
  const warm = keyed ? cursors.filter(({ layout }) => layout.key === "integer") : []
  return `const run = (columns) => {
const values = columns.values
${keyed ? "const timestamps = columns.timestamps\nconst timed = timestamps.length > 0\nconst keys = columns.keys\nconst groups = columns.groups\n" : ""}const length = values.length
const currentWatermark = watermark
let maxTimestamp = highest
${emitWarm(task, warm)}${cursors.map(emitCursor).join("")}let at = 0
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

/** Integer keys are known ahead where they come with the batch, or are a field of records that nothing has changed yet. */
const emitWarm = (task: TaskPlan, cursors: ReadonlyArray<RowCursor>): string => {
  if (task.input._tag === "Exchange") {
    return cursors.map(({ rows }) => `if (${rows}.prepare(length)) ${rows}.warm(keys)\n`).join("")
  }
  const [first, ...later] = cursors
  const key = task.steps.find((step) => step.kind !== "eventTime" && step.kind !== "filter")
  if (first === undefined) return ""
  const field = key?.keyField ?? null
  const warmed =
    field === null
      ? `${first.rows}.prepare(length)\n`
      : `if (${first.rows}.prepare(length)) {
const ahead = new Array(length)
for (let i = 0; i < length; i++) ahead[i] = values[i]?.[${JSON.stringify(field)}]
${first.rows}.warm(ahead)
}
`
  return [warmed, ...later.map(({ rows }) => `${rows}.prepare(length)\n`)].join("")
}

type EmitRecord = (record: RecordNames) => string

/** Code of the steps from an index on, each inside the one before. */
const emitSteps = (task: TaskPlan, codes: ReadonlyArray<ChainCode>, output: EmitRecord, from: number): EmitRecord => {
  const step = task.steps[from]
  const code = codes[from]
  if (step === undefined || code === undefined) return output
  return (record) =>
    `// ${comment(step)}\nat = ${from}\n${step.emit(code, record, emitSteps(task, codes, output, from + 1))}`
}

const emitOutput = (task: TaskPlan, code: ChainCode): EmitRecord => {
  const { output, steps } = task
  const collected = `at = ${steps.length + 1}\n`
  if (output._tag === "Sink") {
    return (record) => `${collected}written++\nwriter.write(${record.value}, ${record.timestamp})`
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
  readonly writer: Writer
}

/** The rest of the chain as a function, for a step that fires; and the code that fires it. */
const emitFiring = (task: TaskPlan, { codes, index, output, step, writer }: FiringOptions): Firing => {
  const code = codes[index]
  if (step.emitWatermark === undefined || code === undefined) return { declaration: "", advance: "" }
  const rest = emitSteps(task, codes, output, index + 1)
  const name = code.name("emit")
  const record = { value: "value", timestamp: "timestamp", key: "key", group: "group" }
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
