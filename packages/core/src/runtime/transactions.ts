/** Transactions of sinks as snapshots hold them, and how they are committed. */
import { Effect, Result, Schedule, Schema } from "effect"
import type { SinkSession } from "../connector/Sink.ts"
import { SinkFailure } from "../model/errors.ts"
import { invariant } from "../model/invariant.ts"
import type { Json } from "../model/Json.ts"
import type { Prepared } from "../protocol/committerMachine.ts"
import type { OperatorList } from "../state/OperatorList.ts"
import type { Manifest } from "../storage/LogEntry.ts"

const listName = "transactions"

const PreparedItem = Schema.Struct({ id: Schema.Int, transaction: Schema.String })
const decodeItem = Schema.decodeUnknownResult(PreparedItem)
const parseJson = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Json))

export const transactionsList = (operator: string, prepared: ReadonlyArray<Prepared>): OperatorList => ({
  operator,
  name: listName,
  items: prepared.map(({ id, transaction }) => ({ id, transaction }))
})

/** The prepared transactions of one sink that a snapshot's lists hold. */
export const preparedIn = (lists: ReadonlyArray<OperatorList>, operator: string): ReadonlyArray<Prepared> =>
  lists
    .filter((list) => list.operator === operator && list.name === listName)
    .flatMap((list) => list.items)
    .map((item) => {
      const decoded = decodeItem(item)
      invariant(Result.isSuccess(decoded), "a snapshot's transaction has the fields of a transaction", item)
      return decoded.success
    })

/** The uncommitted transactions of one sink that a savepoint holds. */
export const heldBy = ({ tasks }: Manifest, sink: string): ReadonlyArray<string> =>
  tasks.flatMap(({ subtasks }) => subtasks.flatMap(({ held }) => (held?.sink === sink ? held.transactions : [])))

export const parseTransaction = (transaction: string): Json => parseJson(transaction)

/** A commit is idempotent: one that does not answer in time is tried again. */
const withinCommitLimit = (commit: Effect.Effect<void, SinkFailure>): Effect.Effect<void, SinkFailure> =>
  Effect.timeoutOrElse(commit, {
    duration: "60 seconds",
    orElse: () =>
      Effect.fail(
        new SinkFailure({
          target: "of the job",
          operation: "commit",
          reason: "timeout",
          detail: "no answer within 60 seconds. Check the device; the job resumes from its last checkpoint.",
          retry: "restart"
        })
      )
  })

/** Half a minute or so, then the job fails resumably (rule 9). */
const retries = Schedule.exponential("200 millis").pipe(Schedule.jittered)

export const commitTransactions = (
  session: SinkSession<unknown>,
  transactions: ReadonlyArray<string>
): Effect.Effect<void, SinkFailure> =>
  Effect.retry(withinCommitLimit(session.commit(transactions.map(parseTransaction))), {
    schedule: retries,
    times: 7,
    while: (failure) => failure.retry === "restart"
  })
