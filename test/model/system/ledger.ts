/** The sinks' target as a resource: what is prepared, what is visible (T1 to T3 of `Sink`). */

import type { Effect } from "../../../packages/checker/src/system/Effect.ts"
import { type Resource, resource } from "../../../packages/checker/src/system/Resource.ts"
import type { CheckpointId } from "../../../packages/core/src/model/ids.ts"
import type { DesignMutant } from "./Config.ts"
import type { JobMail, LedgerOperation, SubtaskMail } from "./messages.ts"
import { places } from "./names.ts"
import { transactionOf } from "./snapshots.ts"

export interface LedgerState {
  /** Sorted. */
  readonly prepared: ReadonlyArray<string>
  /** Sorted. */
  readonly visible: ReadonlyArray<string>
}

const post = (to: string, message: JobMail | SubtaskMail): Effect => ({ _tag: "Send", channel: to, message })

const adding = (set: ReadonlyArray<string>, ...values: ReadonlyArray<string>): ReadonlyArray<string> =>
  [...new Set([...set, ...values])].sort()

const highestVisible = (ledger: LedgerState): CheckpointId =>
  Math.max(0, ...ledger.visible.map((text) => transactionOf(text).checkpoint))

const prepare = (ledger: LedgerState, transaction: string): LedgerState => ({
  ...ledger,
  prepared: adding(ledger.prepared, transaction)
})

/** T2: what is visible stays visible. What was rolled back meanwhile cannot be committed any more. */
const commit = (ledger: LedgerState, transactions: ReadonlyArray<string>, areKept: boolean): LedgerState => ({
  prepared: ledger.prepared.filter((text) => !transactions.includes(text)),
  visible: adding(ledger.visible, ...transactions.filter((text) => !areKept || ledger.prepared.includes(text)))
})

/** `areKept` is false where transactions are prompt: they are prepared as soon as somebody names them. */
const applyTo =
  (areKept: boolean, mutant: DesignMutant | null) =>
  (
    ledger: LedgerState,
    operation: LedgerOperation
  ): { readonly state: LedgerState; readonly effects: ReadonlyArray<Effect> } => {
    const { to } = operation
    switch (operation.op) {
      case "prepare": {
        const { id, transaction } = operation
        const prepared = prepare(ledger, transaction)
        const state = mutant === "committedAtBarrier" ? commit(prepared, [transaction], areKept) : prepared
        return { state, effects: [post(to, { type: "transaction.prepared", id, transaction })] }
      }
      case "commit":
        return {
          state: commit(ledger, operation.transactions, areKept),
          effects: [post(to, { type: "transactions.committed", upTo: operation.upTo })]
        }
      case "show":
        return {
          state: ledger,
          effects: [post(to, { type: "ledger.shown", of: operation.of, visible: highestVisible(ledger) })]
        }
      case "rollback": {
        const { keep, of, term } = operation
        const visible = highestVisible(ledger)
        const areLeft = mutant === "openTransactionsSurviveRestore" || mutant === "restoreCommitsUnheld"
        const prepared = ledger.prepared.filter(
          (text) => keep.includes(text) || transactionOf(text).term >= term || areLeft // T3
        )
        const open = mutant === "restoreCommitsUnheld" ? prepared : []
        return { state: { ...ledger, prepared }, effects: [post(to, { type: "ledger.rolledBack", of, visible, open })] }
      }
    }
  }

/** A commit is tried again for a while, then fails the attempt, as a failed write does (rule 9). */
const failed = (operation: LedgerOperation): ReadonlyArray<Effect> => {
  switch (operation.op) {
    case "prepare":
    case "commit": {
      const { job, attempt } = operation.failing
      return [post(job, { type: "attempt.failed", attempt, failure: { retry: "restart", record: null } })]
    }
    default:
      return [post(operation.to, { type: "asked.failed", of: operation.of })]
  }
}

export const makeLedger = (areKept: boolean, mutant: DesignMutant | null): Resource<LedgerState, LedgerOperation> =>
  resource<LedgerState, LedgerOperation>({
    name: places.ledger,
    initial: { prepared: [], visible: [] },
    apply: applyTo(areKept, mutant),
    failure: failed,
    unknown: failed
  })
