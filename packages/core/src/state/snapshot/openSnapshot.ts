/**
 * Opens a snapshot: a state object and the older ones that it continues, each checked against what is said of it (S2).
 */
import { Effect } from "effect"
import { type FormatTooNew, SnapshotCorrupt } from "../../model/errors.ts"
import type { StateRecord } from "../describeState.ts"
import type { OperatorList } from "../OperatorList.ts"
import type { OpenObject, StoredState } from "./OpenObject.ts"
import type { SnapshotReader, SnapshotSection } from "./SnapshotReader.ts"
import type { BaseObject } from "./snapshotFormat.ts"
import { type SnapshotSource, verifyObject } from "./verifyObject.ts"

/** What a chain is checked by; an object that has been verified can be forgotten but for this. */
export type VerifiedObject = Pick<OpenObject, "name" | "path" | "checkpoint" | "size" | "identity" | "bases"> & {
  readonly states: ReadonlyArray<{
    readonly record: Pick<StateRecord, "operator" | "name">
    readonly depth: number
  }>
}

/** A state of a snapshot in the objects that hold it, newest first. */
export interface ChainedState {
  readonly record: StateRecord
  readonly stored: ReadonlyArray<StoredState>
}

/** A verified snapshot with what `restore` needs of it. */
export class OpenSnapshot implements SnapshotReader {
  readonly lists: ReadonlyArray<OperatorList>
  readonly sections: ReadonlyArray<SnapshotSection>
  readonly states: ReadonlyArray<ChainedState>
  /** Of the newest object; null in format 1. */
  readonly name: string | null

  constructor(newest: OpenObject, older: ReadonlyArray<OpenObject>) {
    this.name = newest.name
    this.lists = newest.lists
    this.states = newest.states.map((state) => ({
      record: state.record,
      stored: [state, ...older.slice(0, state.depth).flatMap(({ states }) => findState(states, state.record) ?? [])]
    }))
    this.sections = this.states.map(({ record: { name, operator }, stored }) => {
      const bytes = stored.reduce((sum, state) => sum + state.bytes, 0)
      const fullBytes = stored.at(-1)?.bytes ?? 0
      return { operator, state: name, entries: stored[0]?.entries ?? 0, bytes, deltaBytes: bytes - fullBytes }
    })
  }
}

/** How the objects that another one continues are read; each is asked for once. */
export type LoadBase<O, E> = (base: BaseObject) => Effect.Effect<O, E>

/** Opens an object and what it continues. */
export const openSnapshot = Effect.fnUntraced(function* <E = never>(
  source: SnapshotSource,
  loadBase: LoadBase<OpenObject, E | SnapshotCorrupt | FormatTooNew> = (base) => standsAlone(source, base)
): Effect.fn.Return<OpenSnapshot, SnapshotCorrupt | FormatTooNew | E> {
  const newest = yield* verifyObject(source)
  return new OpenSnapshot(newest, yield* loadChain(newest, loadBase))
})

const standsAlone = ({ checkpoint, object }: SnapshotSource, base: BaseObject): Effect.Effect<never, SnapshotCorrupt> =>
  Effect.fail(new SnapshotCorrupt({ object, checkpoint, problem: `it continues ${base.object}, which is not at hand` }))

/** Loads and checks what an object continues, newest first. Fails: where an object is not the one that was continued. */
export const loadChain = Effect.fnUntraced(function* <O extends VerifiedObject, E>(
  newest: VerifiedObject,
  loadBase: LoadBase<O, E>
): Effect.fn.Return<ReadonlyArray<O>, SnapshotCorrupt | E> {
  const older = yield* Effect.forEach(
    newest.bases,
    (base) => Effect.tap(loadBase(base), (object) => checkBase(object, base)),
    { concurrency: 4 }
  )
  const problem = chainProblem(newest, older)
  if (problem !== null) return yield* corrupt(newest, problem)
  return older
})

const checkBase = (object: VerifiedObject, base: BaseObject): Effect.Effect<void, SnapshotCorrupt> => {
  if (object.size !== base.size) return corrupt(object, `it has ${object.size} bytes instead of ${base.size}`)
  if (object.identity !== base.identity || object.checkpoint !== base.checkpoint)
    return corrupt(object, "it is not the object that newer ones continue")
  return Effect.void
}

/** Every state goes on, object by object, down to one where it is whole. */
const chainProblem = (newest: VerifiedObject, older: ReadonlyArray<VerifiedObject>): string | null => {
  for (const { depth, record } of newest.states) {
    for (let age = 0; age < depth; age++) {
      const base = older[age]
      const state = base === undefined ? null : findState(base.states, record)
      if (state?.depth !== depth - age - 1)
        return `state "${record.name}" of operator "${record.operator}" is not continued as it says`
    }
  }
  return null
}

const findState = <S extends { readonly record: Pick<StateRecord, "operator" | "name"> }>(
  states: ReadonlyArray<S>,
  { name, operator }: Pick<StateRecord, "operator" | "name">
): S | null => states.find(({ record }) => record.operator === operator && record.name === name) ?? null

const corrupt = ({ checkpoint, path }: VerifiedObject, problem: string): Effect.Effect<never, SnapshotCorrupt> =>
  Effect.fail(new SnapshotCorrupt({ object: path, checkpoint, problem }))
