/**
 * Values under an exchange of names.
 *
 * V1 What does not change is the same object as before.
 * V2 Arrays of ascending strings are sets: they are ascending afterwards.
 */
import type { AnyStateMachine } from "xstate"
import type { Renaming, System } from "../system/System.ts"
import { trusted } from "../system/trusted.ts"
import { isSnapshot, type SnapshotLike } from "../values/canonical.ts"

export interface RenamingOptions {
  /** The text in the place of another. */
  readonly text: (text: string) => string
  /** The same for an identifier that has names as words. */
  readonly words: (text: string) => string
  readonly rename: System["rename"]
  /** Machines of the component that the value will be a state of. */
  readonly machines: ReadonlyArray<AnyStateMachine>
}

export const renamingOf = ({ text, words, rename, machines }: RenamingOptions): Renaming["value"] => {
  const renaming: Renaming = { name: text, value: (value) => trusted(renamed(value)) }

  const renamed = (value: unknown): unknown => {
    if (typeof value === "string") return rename?.(value, renaming) ?? text(value)
    if (typeof value !== "object" || value === null) return value
    if (isSnapshot(value)) return renamedSnapshot(value)
    return rename?.(value, renaming) ?? (Array.isArray(value) ? renamedArray(value) : renamedRecord(value))
  }
  const renamedArray = (values: ReadonlyArray<unknown>): ReadonlyArray<unknown> => {
    const after = values.map(renamed)
    if (after.every((value, index) => value === values[index])) return values
    return isAscending(values) ? after.sort() : after
  }
  const renamedRecord = (record: object): object => {
    const before = Object.entries(record)
    const after = before.map(([key, value]) => [String(renamed(key)), renamed(value)] as const)
    const isSame = after.every(([key, value], index) => key === before[index]?.[0] && value === before[index]?.[1])
    return isSame ? record : Object.fromEntries(after)
  }
  const renamedSnapshot = (snapshot: SnapshotLike): unknown => {
    const context = renamed(snapshot.context)
    const output = renamed(snapshot.output)
    const id = words(snapshot.machine.id)
    const machine = machines.find((candidate) => candidate.id === id)
    if (machine !== undefined && machine !== snapshot.machine) return moved(snapshot, machine, { context, output })
    return context === snapshot.context && output === snapshot.output ? snapshot : { ...snapshot, context, output }
  }
  return renaming.value
}

/** Strings in strictly ascending order: how a set is kept. */
export const isAscending = (values: ReadonlyArray<unknown>): values is ReadonlyArray<string> =>
  values.every((value, index) => {
    const before = values[index - 1]
    return typeof value === "string" && (index === 0 || (typeof before === "string" && before < value))
  })

/** The same snapshot of another machine of the same shape: its nodes are that machine's own. */
const moved = (
  { machine: { id: former }, value, status, historyValue = {} }: SnapshotLike,
  machine: AnyStateMachine,
  { context, output }: { readonly context: unknown; readonly output: unknown }
): unknown => {
  const idOf = (id: string): string => (id.startsWith(`${former}.`) ? `${machine.id}${id.slice(former.length)}` : id)
  const remembered = Object.entries(historyValue).map(
    ([id, nodes]) => [idOf(id), nodes.map((node) => machine.getStateNodeById(idOf(node.id)))] as const
  )
  const history = Object.fromEntries(remembered)
  return machine.resolveState(trusted({ value, status, context, output, historyValue: history }))
}
