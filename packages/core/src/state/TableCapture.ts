/**
 * The view of one table at a barrier, and the steps in which it is written while the table goes on changing.
 *
 * A part (one key group of one namespace) is first *pending*: the first change of a key keeps its old value beside the
 * map. Then its rows are *listed*: changes no longer matter, but what is mutated must be copied first. Then it is *done*.
 */
import type { KeyValue } from "../model/keyGroups.ts"

/** The entries of one key group in one namespace. */
export class Part<V> {
  readonly namespace: number
  readonly group: number
  readonly values = new Map<KeyValue, V>()
  /** Number of the last capture that is done with this part, or before which it did not exist. */
  doneWith: number
  /** By keys changed since the barrier of the running capture: the value at the barrier. */
  old: Map<KeyValue, V | typeof absent> | null = null

  constructor(namespace: number, group: number, doneWith: number) {
    this.namespace = namespace
    this.group = group
    this.doneWith = doneWith
  }
}

/** The key was not in the table at the barrier. */
const absent: unique symbol = Symbol("absent")

/** All entries of one window start, timer or, at 0, of a table without windows. */
export class Namespace<V> {
  readonly at: number
  /** By key group. */
  readonly parts: Array<Part<V> | undefined> = []
  /** The values of each part, one step nearer for the hot path. */
  readonly values: Array<Map<KeyValue, V> | undefined> = []
  size = 0

  constructor(at: number) {
    this.at = at
  }
}

export interface RowWriter<V> {
  readonly row: (key: KeyValue, group: number, namespace: number, value: V) => void
}

/** Rows written between two looks at the clock. */
export const rowsPerStep = 128

export interface CaptureOptions<V> {
  /** Numbers the captures of a table, ascending. */
  readonly id: number
  readonly writer: RowWriter<V>
  readonly rowsPerStep: number
  readonly ended: () => void
}

export class TableCapture<V> {
  private readonly id: number
  private readonly ended: () => void
  private readonly steps: Iterator<undefined>
  /** Parts that left the table before they were done. */
  private readonly removed: Array<Part<V>> = []
  /** Parts that keep old values. */
  private readonly changed: Array<Part<V>> = []
  private isOver = false
  private problem: unknown = null

  constructor(spaces: ReadonlyMap<number, Namespace<V>>, options: CaptureOptions<V>) {
    this.id = options.id
    this.ended = options.ended
    this.steps = this.write(spaces, options)
  }

  /** True if the value of a key must not be mutated for the sake of this capture. HOT while a capture is running. */
  needs(part: Part<V>, key: KeyValue): boolean {
    return part.doneWith !== this.id && (part.old === null || !part.old.has(key))
  }

  /** Keeps the value of a key that is about to change, if it is still needed; answers whether it was. HOT as `needs`. */
  keep(part: Part<V>, key: KeyValue): boolean {
    if (!this.needs(part, key)) return false
    if (part.old === null) {
      part.old = new Map()
      this.changed.push(part)
    }
    const value = part.values.get(key)
    part.old.set(key, value === undefined ? absent : value)
    return value !== undefined
  }

  /** Keeps a namespace that leaves the table. */
  keepAll(space: Namespace<V>): void {
    for (const part of space.parts) {
      if (part !== undefined && part.doneWith !== this.id) this.removed.push(part)
    }
  }

  /** Writes the next rows; false when all are written. Fails: throws what the writer throws, every time. */
  step(): boolean {
    if (this.problem !== null) throw this.problem
    if (this.isOver) return false
    try {
      if (this.steps.next().done !== true) return true
    } catch (error) {
      this.problem = error
      this.release()
      throw error
    }
    this.release()
    return false
  }

  /** Writes the rest at once; a failure is told by the next `step`. Cost: O(rows left). */
  finish(): void {
    try {
      let isMore = true
      while (isMore) isMore = this.step()
    } catch (error) {
      this.problem = error
    }
  }

  /** Ends the capture; nothing is kept for it any more. */
  release(): void {
    if (this.isOver) return
    this.isOver = true
    for (const part of this.changed) part.old = null
    this.changed.length = 0
    this.removed.length = 0
    this.ended()
  }

  /** Maps are walked while they change: what is removed is kept, what is added is done from the beginning. */
  private *write(
    spaces: ReadonlyMap<number, Namespace<V>>,
    { rowsPerStep, writer }: CaptureOptions<V>
  ): Generator<undefined> {
    let written = 0
    for (const parts of this.partsOf(spaces)) {
      for (const part of parts) {
        if (part === undefined || part.doneWith === this.id) continue
        const { keys, values } = listRows(part)
        for (const [i, key] of keys.entries()) {
          const value = values[i]
          if (value !== undefined) writer.row(key, part.group, part.namespace, value)
          if (++written % rowsPerStep === 0) yield
        }
        part.doneWith = this.id
        part.old = null
      }
    }
  }

  private *partsOf(spaces: ReadonlyMap<number, Namespace<V>>): Generator<ReadonlyArray<Part<V> | undefined>> {
    for (const space of spaces.values()) yield space.parts
    yield this.removed
  }
}

/** The values of a part at the barrier. Cost: O(entries of the part), without a pause. */
const listRows = <V>(part: Part<V>): { readonly keys: ReadonlyArray<KeyValue>; readonly values: ReadonlyArray<V> } => {
  const keys: Array<KeyValue> = []
  const values: Array<V> = []
  for (const [key, value] of part.values) {
    const old = part.old?.get(key)
    if (old === absent) continue
    keys.push(key)
    values.push(old === undefined ? value : old)
  }
  for (const [key, old] of part.old ?? []) {
    if (old === absent || part.values.has(key)) continue
    keys.push(key)
    values.push(old)
  }
  return { keys, values }
}
