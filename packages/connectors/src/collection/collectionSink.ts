/**
 * A two-phase sink into memory: a target that outlives the attempts of a job within one process.
 */
import { type Json, type Sink, type SinkContext, SinkFailure, type SinkSession } from "@tidemark/core/connector"
import { Effect, Schema } from "effect"

export interface CollectionSink<A> extends Sink<A> {
  /** What is committed, ordered by checkpoint, term and subtask. */
  readonly records: () => ReadonlyArray<A>
}

const Transaction = Schema.Struct({
  job: Schema.String,
  operator: Schema.String,
  checkpoint: Schema.Int,
  term: Schema.Int,
  subtask: Schema.Int
})
type Transaction = typeof Transaction.Type

interface Part<A> {
  readonly transaction: Transaction
  readonly values: ReadonlyArray<A>
}

const decodeTransaction = Schema.decodeUnknownSync(Transaction)
const keyOf = ({ job, operator, checkpoint, term, subtask }: Transaction): string =>
  JSON.stringify([job, operator, checkpoint, term, subtask])

/** Collects records in memory, exactly once per committed checkpoint. One target serves any number of jobs and attempts. */
export const collectionSink = <A>(options: { readonly schema: Schema.Codec<A, unknown> }): CollectionSink<A> => {
  const target = new CollectionTarget<A>()
  return {
    description: "collection",
    schema: options.schema,
    delivery: "two-phase",
    isThreadLocal: true,
    open: (context) => Effect.sync(() => target.open(context)),
    records: () => target.records()
  }
}

class CollectionTarget<A> {
  private readonly prepared = new Map<string, Part<A>>()
  private readonly committed = new Map<string, Part<A>>()

  records(): ReadonlyArray<A> {
    return [...this.committed.values()]
      .sort(
        ({ transaction: a }, { transaction: b }) =>
          a.checkpoint - b.checkpoint || a.term - b.term || a.subtask - b.subtask
      )
      .flatMap(({ values }) => values)
  }

  open(context: SinkContext): SinkSession<A> {
    const isOurs = ({ transaction }: Part<A>): boolean =>
      transaction.job === context.job && transaction.operator === context.operator
    return {
      highestVisible: Effect.sync(() => {
        const visible = [...this.committed.values()].filter(isOurs).map(({ transaction }) => transaction.checkpoint)
        return visible.length === 0 ? null : Math.max(...visible)
      }),
      rewind: (to) =>
        Effect.sync(() => {
          this.removeWhere(this.committed, (part) => isOurs(part) && part.transaction.checkpoint > (to ?? 0))
        }),
      rollback: (keep) =>
        Effect.sync(() => {
          const kept = new Set(keep.map((transaction) => keyOf(decodeTransaction(transaction))))
          this.removeWhere(
            this.prepared,
            (part) => isOurs(part) && part.transaction.term < context.term && !kept.has(keyOf(part.transaction))
          )
        }),
      commit: Effect.fnUntraced({ self: this }, function* (transactions) {
        for (const transaction of transactions) yield* this.commit(decodeTransaction(transaction))
      }),
      writer: (subtask) => Effect.sync(() => this.writer(context, subtask))
    }
  }

  private removeWhere(parts: Map<string, Part<A>>, isDoomed: (part: Part<A>) => boolean): void {
    for (const [key, part] of parts) if (isDoomed(part)) parts.delete(key)
  }

  private commit(transaction: Transaction): Effect.Effect<void, SinkFailure> {
    const key = keyOf(transaction)
    const part = this.prepared.get(key)
    if (part === undefined) {
      return this.committed.has(key) ? Effect.void : Effect.fail(lost(transaction))
    }
    return Effect.sync(() => {
      this.committed.set(key, part)
      this.prepared.delete(key)
    })
  }

  private writer(context: SinkContext, subtask: number) {
    let values: Array<A> = []
    return {
      write: (value: A) => {
        values.push(value)
      },
      isFull: () => false,
      flush: Effect.void,
      prepare: (checkpoint: number): Effect.Effect<Json | null, SinkFailure> => {
        if (values.length === 0) return Effect.succeed(null)
        const { job, operator, term } = context
        const part: Part<A> = { transaction: { job, operator, checkpoint, term, subtask }, values }
        values = []
        return Effect.sync(() => {
          this.prepared.set(keyOf(part.transaction), part)
          return { ...part.transaction }
        })
      }
    }
  }
}

const lost = ({ checkpoint, subtask }: Transaction): SinkFailure =>
  new SinkFailure({
    target: "collection",
    operation: "commit",
    reason: "missing",
    detail:
      `the records of checkpoint ${checkpoint}, subtask ${subtask} are not in this process. ` +
      "A collection lives in memory: use it within one process only.",
    retry: "never"
  })
