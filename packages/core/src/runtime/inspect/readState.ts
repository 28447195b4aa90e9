/**
 * The entries of a completed checkpoint, decoded by what it recorded itself: no job module is needed.
 *
 * I1 Nothing is locked and nothing changed: a job that runs meanwhile does not notice. What it retires in the meantime is
 *    reported as gone, not as damage.
 * I2 Memory is bounded by the objects of one subtask and what the reader has not taken yet.
 */
import { type Cause, Effect, Queue, Stream } from "effect"
import { CheckpointRetired, type FormatTooNew, SnapshotCorrupt, type StorageFailure } from "../../model/errors.ts"
import { codecVersion, type OpenSnapshot, RecordedMisfit, type Slice, TimeSlice } from "../../state/index.ts"
import type { JobReader } from "../../storage/CheckpointStorage.ts"
import { readLog } from "../../storage/JobLog.ts"
import type { Manifest, SubtaskObject } from "../../storage/LogEntry.ts"
import { StateObjects } from "../StateObjects.ts"
import { everything, isSelected, type KeyedEntry, type StateEntry, type StateSelection } from "./StateEntry.ts"
import { allKeyGroups, type KeyGroups, showEntries } from "./showEntries.ts"

/** Why a state could not be read to its end. */
export type ReadStateFailure = StorageFailure | FormatTooNew | SnapshotCorrupt | CheckpointRetired

/** Entries that wait for the reader at most, about. */
const waitingMax = 4_096

/** All entries of a checkpoint that are selected, subtask by subtask. */
export const readState = (
  reader: JobReader,
  manifest: Manifest,
  selection: StateSelection = everything,
  range: KeyGroups = allKeyGroups
): Stream.Stream<StateEntry, ReadStateFailure> =>
  Stream.callback<StateEntry, ReadStateFailure>(
    (queue) =>
      Effect.gen(function* () {
        const output = new EntryQueue(queue)
        for (const subtask of subtasksOf(manifest)) {
          const snapshot = yield* openSubtask(reader, manifest, subtask)
          for (const item of listItems(snapshot, selection)) output.add(item)
          for (const stored of snapshot.states) {
            const { name: state, operator } = stored.record
            if (!isSelected(selection, { operator, state })) continue
            if (stored.record.codec !== codecVersion) {
              const problem = `row layout ${stored.record.codec} is not known`
              return yield* misread(reader, manifest, `state "${state}" of operator "${operator}"`, problem)
            }
            const emit = (entry: KeyedEntry): void => output.add(entry)
            yield* showEntries({ stored, range, key: selection.key, emit, slice: output }).pipe(
              Effect.catchDefect((defect) =>
                defect instanceof RecordedMisfit
                  ? misread(reader, manifest, `state "${state}" of operator "${operator}"`, defect.message)
                  : Effect.die(defect)
              )
            )
          }
          yield* output.pause
        }
        yield* Queue.end(queue)
      }).pipe(Effect.catchCause((cause) => Queue.failCause(queue, cause))),
    { bufferSize: waitingMax, strategy: "suspend" }
  )

/** Lets the reader take what was emitted before more is decoded. */
class EntryQueue implements Slice {
  readonly #queue: Queue.Queue<StateEntry, ReadStateFailure | Cause.Done>
  readonly #slice = new TimeSlice()
  #waiting: Array<StateEntry> = []

  constructor(queue: Queue.Queue<StateEntry, ReadStateFailure | Cause.Done>) {
    this.#queue = queue
  }

  add(entry: StateEntry): void {
    this.#waiting.push(entry)
  }

  isOver(): boolean {
    return this.#waiting.length >= waitingMax || this.#slice.isOver()
  }

  begin(): void {
    this.#slice.begin()
  }

  readonly pause: Effect.Effect<void> = Effect.suspend(() => {
    const entries = this.#waiting
    this.#waiting = []
    return entries.length === 0
      ? this.#slice.pause
      : Effect.andThen(Queue.offerAll(this.#queue, entries), this.#slice.pause)
  })
}

export const subtasksOf = ({ tasks }: Manifest): ReadonlyArray<SubtaskObject> =>
  tasks.flatMap(({ subtasks }) => subtasks)

/** I1. */
export const openSubtask = (
  reader: JobReader,
  manifest: Manifest,
  subtask: SubtaskObject
): Effect.Effect<OpenSnapshot, ReadStateFailure> =>
  Effect.catchTag(new StateObjects(reader).snapshot(manifest.id, subtask), "SnapshotCorrupt", (damage) =>
    Effect.flatMap(readLog(reader), ({ view }) => {
      const stands = [...view.completed, ...view.savepoints].some((placed) => placed.manifest.id === manifest.id)
      return Effect.fail(stands ? damage : new CheckpointRetired({ job: manifest.pipeline, checkpoint: manifest.id }))
    })
  )

/** Operator state has no key. */
const listItems = (snapshot: OpenSnapshot, selection: StateSelection): ReadonlyArray<StateEntry> =>
  selection.key !== null
    ? []
    : snapshot.lists
        .filter(({ name: state, operator }) => isSelected(selection, { operator, state }))
        .flatMap(({ items, name: state, operator }) =>
          items.map((item) => ({ operator, state, kind: "operator" as const, item }))
        )

const misread = (reader: JobReader, { id, tasks }: Manifest, what: string, problem: string) =>
  Effect.fail(
    new SnapshotCorrupt({
      object: reader.pathOf({ object: tasks[0]?.subtasks[0]?.object ?? "" }),
      checkpoint: id,
      problem: `${what} cannot be shown: ${problem}`
    })
  )
