/** Collects the names that the emitted code of a chain's steps uses: bindings, tables, rows, side outputs, constants. */
import { invariant } from "../model/invariant.ts"
import { type ChainCode, needsGroups, type OperatorStep } from "../operator/OperatorStep.ts"
import type { FixedLayout } from "../state/fixed/RowBlock.ts"
import { nameCursor, type RowCursor } from "../state/fixed/rowCursor.ts"
import { fixedLayoutOf } from "./openTables.ts"
import type { TaskPlan } from "./PhysicalPlan.ts"

interface TableName {
  readonly name: string
  readonly step: OperatorStep
  readonly state: string
}

/** What the code of a chain is made of besides its text. */
export interface ChainWriter {
  readonly bound: ReadonlyArray<{ readonly name: string; readonly value: unknown }>
  readonly tables: ReadonlyArray<TableName>
  /** Tables whose rows the code works on itself. */
  readonly rows: ReadonlyArray<TableName>
  readonly late: ReadonlyMap<string, string>
  /** Names of the functions that emit to side outputs, by tag. */
  readonly sides: ReadonlyMap<string, string>
  /** Constants of each instance, in the order of their use. */
  readonly declared: ReadonlyArray<{ readonly name: string; readonly expression: string }>
  readonly codeOf: (step: OperatorStep, index: number) => ChainCode
  /** The cursors that were asked for since the last call, to be declared where that code stands. */
  readonly takeCursors: () => ReadonlyArray<RowCursor>
}

export const makeWriter = (task: TaskPlan): ChainWriter => {
  const bound: Array<{ readonly name: string; readonly value: unknown }> = []
  const tables: Array<TableName> = []
  const rows: Array<TableName> = []
  const late = new Map<string, string>()
  const sides = new Map<string, string>()
  const declared = new Map<string, { readonly name: string; readonly expression: string }>()
  const rests = new Map<number, string>()
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
  const cursor = (rowsName: string, layout: FixedLayout | null, ahead: string | null): RowCursor => {
    invariant(layout !== null, "a cursor is asked for by states off-heap")
    const made = cursors.get(rowsName) ?? nameCursor({ layout, rows: rowsName, ahead }, fresh)
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
    cursor: (state, ahead) => cursor(nameIn(rows, "rows", { step, state }), fixedLayoutOf(step, state), ahead),
    needsGroups: needs,
    get countLate() {
      late.set(step.uid, `late${index}`)
      return `late${index}++`
    },
    side: (tag) => {
      const name = sides.get(tag) ?? fresh("side")
      sides.set(tag, name)
      return name
    },
    declare: (hint, expression) => {
      const place = `${index} ${hint}`
      const known = declared.get(place) ?? { name: fresh(hint), expression: expression() }
      declared.set(place, known)
      return known.name
    },
    get emitRest() {
      const name = rests.get(index) ?? fresh("emit")
      rests.set(index, name)
      return name
    },
    currentWatermark: "currentWatermark",
    maxTimestamp: "maxTimestamp"
  })
  return {
    ...{ bound, tables, rows, late, sides, codeOf, takeCursors },
    get declared() {
      return [...declared.values()]
    }
  }
}
