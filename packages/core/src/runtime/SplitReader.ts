/**
 * The splits of one source subtask: what is read, up to where, and how far event time has come.
 *
 * W1 A split's watermark is its highest event time less the allowed disorder; the subtask's is the minimum over its
 *    unfinished splits, unstarted ones at -Infinity; where the source is ordered in time, that of the first unfinished.
 *    While a growing source has none, the watermark stays where it is: more may come.
 * W2 The watermark never goes back; without splits, or with all finished, it is the end of time.
 * W3 Splits that are idle are left out until they have records again. With all idle the watermark stays where it is.
 */
import { Result, Schema } from "effect"
import type { Polled, SourceReader, Split } from "../connector/Source.ts"
import type { CheckpointId } from "../model/ids.ts"
import { invariant } from "../model/invariant.ts"
import type { Json } from "../model/Json.ts"
import { maxWatermark, minWatermark, type Timestamp } from "../model/time.ts"
import type { SplitIdleness } from "./SplitIdleness.ts"

/** A split as a snapshot holds it. */
export const SplitState = Schema.Struct({
  /** Reading order over all splits of the source. */
  order: Schema.Int,
  id: Schema.String,
  spec: Schema.Json,
  position: Schema.NullOr(Schema.Json),
  records: Schema.Int,
  /** Highest event time seen; null before the first record. */
  maxTimestamp: Schema.NullOr(Schema.Number),
  isFinished: Schema.Boolean
})
export type SplitState = typeof SplitState.Type

const decode = Schema.decodeUnknownResult(SplitState)

/** Fails: a broken invariant, for a list item that is no split: the snapshot's checksum has been verified before. */
export const splitStateOf = (item: Json): SplitState => {
  const decoded = decode(item)
  invariant(Result.isSuccess(decoded), "a snapshot's split has the fields of a split", item)
  return decoded.success
}

export const unstarted = (split: Split, order: number): SplitState => ({
  order,
  id: split.id,
  spec: split.spec,
  position: null,
  records: 0,
  maxTimestamp: null,
  isFinished: false
})

export class SplitReader {
  readonly #reader: SourceReader<unknown>
  readonly #states: Map<string, SplitState>
  readonly #isTimeOrdered: boolean
  readonly #isGrowing: boolean
  readonly #outOfOrdernessMs: number | null
  readonly #idleness: SplitIdleness | null
  #current: SplitState | null = null
  #watermark: Timestamp = minWatermark
  #emitted = 0
  #skipped = 0

  constructor(options: {
    readonly reader: SourceReader<unknown>
    readonly splits: ReadonlyArray<SplitState>
    readonly isTimeOrdered: boolean
    readonly isGrowing?: boolean
    readonly outOfOrdernessMs: number | null
    /** Null where no split is ever left out. */
    readonly idleness?: SplitIdleness | null
  }) {
    this.#reader = options.reader
    this.#isGrowing = options.isGrowing ?? false
    this.#isTimeOrdered = options.isTimeOrdered
    this.#outOfOrdernessMs = options.outOfOrdernessMs
    this.#idleness = options.idleness ?? null
    const inOrder = [...options.splits].sort((a, b) => a.order - b.order)
    this.#states = new Map(inOrder.map((state) => [state.id, state]))
    for (const state of inOrder) {
      if (!state.isFinished) this.#reader.assign({ id: state.id, spec: state.spec }, state.position)
    }
  }

  poll(recordsMax: number): Polled<unknown> {
    this.#idleness?.asked()
    const polled = this.#reader.poll(recordsMax)
    if (polled._tag === "Records") {
      const state = this.#stateOf(polled.split)
      this.#emitted += polled.values.length
      this.#skipped += polled.skipped
      this.#current = { ...state, position: polled.position, records: state.records + polled.values.length }
      this.#states.set(state.id, this.#current)
      if (polled.values.length > 0) this.#idleness?.heard(state.id)
    } else if (polled._tag === "SplitFinished") {
      this.#states.set(polled.split, { ...this.#stateOf(polled.split), isFinished: true })
    } else if (polled._tag === "SplitsFound") this.#found(polled)
    return polled
  }

  /** See `SourceReader.cut`. */
  cut(checkpoint: CheckpointId): void {
    this.#reader.cut?.(checkpoint)
  }

  /** See `SourceReader.completed`. */
  completed(checkpoint: CheckpointId): void {
    this.#reader.completed?.(checkpoint)
  }

  #found({ splits, forgetsOthers }: Extract<Polled<unknown>, { readonly _tag: "SplitsFound" }>): void {
    invariant(this.#isGrowing, "only a source that says it grows finds splits while it runs")
    if (forgetsOthers) {
      const found = new Set(splits.map(({ id }) => id))
      for (const { id, isFinished } of this.states()) {
        if (!isFinished || found.has(id)) continue
        this.#states.delete(id)
        this.#idleness?.forget(id)
      }
    }
    let order = this.states().reduce((highest, state) => Math.max(highest, state.order), -1)
    for (const split of splits) {
      if (this.#states.has(split.id)) continue
      this.#states.set(split.id, unstarted(split, ++order))
      this.#reader.assign(split, null)
      this.#idleness?.heard(split.id)
    }
  }

  /** The source is not asked for a while: the task cannot take what it might answer. */
  paused(): void {
    this.#idleness?.paused()
  }

  /** W3: nobody shall wait for this subtask's watermark. */
  get isIdle(): boolean {
    if (this.#idleness === null) return false
    const unfinished = this.#unfinished()
    return unfinished.length === 0
      ? this.#isGrowing && this.#idleness.isSilent
      : unfinished.every(({ id }) => this.#idleness?.isIdle(id))
  }

  #unfinished(): ReadonlyArray<SplitState> {
    return [...this.#states.values()].filter((state) => !state.isFinished)
  }

  /** Notes the highest event time of the records last polled. */
  observe(timestamp: Timestamp): void {
    if (this.#current === null || timestamp === minWatermark) return
    const maxTimestamp = Math.max(timestamp, this.#current.maxTimestamp ?? minWatermark)
    if (maxTimestamp === this.#current.maxTimestamp) return
    this.#current = { ...this.#current, maxTimestamp }
    this.#states.set(this.#current.id, this.#current)
  }

  /** W1, W2. */
  watermark(): Timestamp {
    this.#watermark = Math.max(this.#watermark, this.#minimum())
    return this.#watermark
  }

  #minimum(): Timestamp {
    const unfinished = this.#unfinished()
    const active = unfinished.filter(({ id }) => !(this.#idleness?.isIdle(id) ?? false))
    if (active.length === 0 && unfinished.length > 0) return minWatermark // W3
    // Where splits are ordered in time, the first unfinished one bounds all that follow it.
    const bounding = this.#isTimeOrdered ? active.slice(0, 1) : active
    if (bounding.length === 0) return this.#isGrowing ? minWatermark : maxWatermark
    if (bounding.some((state) => state.maxTimestamp === null)) return minWatermark
    const lowest = Math.min(...bounding.map((state) => state.maxTimestamp ?? minWatermark))
    return lowest - (this.#outOfOrdernessMs ?? 0) - 1
  }

  /** All splits with their positions, for the snapshot. */
  states(): ReadonlyArray<SplitState> {
    return [...this.#states.values()]
  }

  /** Where the last polled records lie, for messages. */
  position(index: number): string {
    if (this.#current === null) return "the first record"
    return `split ${this.#current.id}, record ${index + 1} of the batch before ${JSON.stringify(this.#current.position)}`
  }

  /** Records of all splits since the job began. */
  records(): number {
    let sum = 0
    for (const state of this.#states.values()) sum += state.records
    return sum
  }

  /** Records emitted in this attempt. */
  emitted(): number {
    return this.#emitted
  }

  /** Records skipped by policy in this attempt. */
  skipped(): number {
    return this.#skipped
  }

  #stateOf(id: string): SplitState {
    const state = this.#states.get(id)
    invariant(state !== undefined, "a reader answers only splits that were assigned", id)
    return state
  }
}
