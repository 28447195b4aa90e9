/**
 * The events in memory as a source: split i of p holds the events i, i + p, i + 2p and so on, so often over.
 *
 * They lie there in batches, as another source would have decoded them: a poll hands one over and copies nothing.
 */
import type { Json, Source, SourceReader, Split } from "@tidemark/core/connector"
import { Effect, Schema } from "effect"
import { Event } from "./Event.ts"

const batchSize = 2_048

const Position = Schema.Struct({ next: Schema.Int })
const decodePosition = Schema.decodeUnknownSync(Position)

type Share = ReadonlyArray<ReadonlyArray<Event>>

export interface EventSharesOptions {
  readonly events: ReadonlyArray<Event>
  readonly splits: number
  /** Event times start anew with every pass: more than one suits queries without event time only. */
  readonly passes: number
}

export class EventShares {
  readonly source: Source<Event>
  readonly #passes: number
  #began = 0

  constructor({ events, passes, splits }: EventSharesOptions) {
    this.#passes = passes
    const shares = new Map<string, Share>(
      Array.from({ length: splits }, (_, split) => [
        `events-${split}`,
        batchesOf(splits === 1 ? events : events.filter((_event, index) => index % splits === split))
      ])
    )
    this.source = {
      description: `${events.length} Nexmark events`,
      schema: Event,
      isBounded: true,
      isTimeOrdered: false,
      discover: Effect.succeed([...shares.keys()].map((id) => ({ id, spec: null }))),
      validate: () => Effect.void,
      open: () => Effect.sync(() => this.#reader(shares))
    }
  }

  /** When the first reader was asked for its first events. */
  get began(): number {
    return this.#began
  }

  #reader(shares: ReadonlyMap<string, Share>): SourceReader<Event> {
    const open: Array<OpenShare> = []
    this.#began = 0
    return {
      assign: ({ id }: Split, position: Json | null) => {
        open.push({ id, batches: shares.get(id) ?? [], next: position === null ? 0 : decodePosition(position).next })
      },
      poll: (recordsMax) => {
        if (this.#began === 0) this.#began = performance.now()
        const [share] = open
        if (share === undefined) return { _tag: "Exhausted" }
        const { batches, id, next } = share
        const values = batches[next % batches.length]
        if (values === undefined || next >= batches.length * this.#passes) {
          open.shift()
          return { _tag: "SplitFinished", split: id }
        }
        if (values.length > recordsMax)
          throw new Error(`A task polls for ${recordsMax} events, fewer than a batch has.`)
        share.next++
        return { _tag: "Records", split: id, values, position: { next: share.next }, skipped: 0 }
      }
    }
  }
}

interface OpenShare {
  readonly id: string
  readonly batches: Share
  /** Batches handed over, over all passes. */
  next: number
}

const batchesOf = (events: ReadonlyArray<Event>): Share =>
  Array.from({ length: Math.ceil(events.length / batchSize) }, (_, i) =>
    events.slice(i * batchSize, (i + 1) * batchSize)
  )
