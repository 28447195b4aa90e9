/**
 * The transactions of one sink subtask: a part of its subtask.
 *
 * K1 A transaction is committed only after a checkpoint that holds it is completed (S5); committing n covers all up to n (S24).
 * K2 A transaction of an invalidated checkpoint stays prepared and is committed with the next completed one (rule 5, S19).
 * K3 After a restore everything that the restored checkpoint holds is committed (S20).
 * K4 A transaction is forgotten only after a commit that named it, so none is lost and none is named twice at once (S18).
 */
import { assign, setup } from "xstate"
import type { CheckpointId } from "../model/ids.ts"
import type { CommitCommand, CommitsSettled, CommitterEvent, CommitterInput, Prepared } from "./committerMessages.ts"
import type { InternalCommand } from "./component.ts"

export type { Prepared } from "./committerMessages.ts"

export interface CommitterContext {
  /** Not yet committed, by checkpoint, ascending; includes those that are being committed. */
  readonly prepared: ReadonlyArray<Prepared>
  /** The newest completed checkpoint that is known here. */
  readonly completed: CheckpointId
  /** What is being committed; null if nothing is. */
  readonly commit: CommitCommand | null
}

type CommitterStep = CommitCommand | InternalCommand<never, never, CommitsSettled>

const isSame = (a: Prepared, b: Prepared): boolean => a.id === b.id && a.transaction === b.transaction

/** Said twice it is the same transaction. */
const prepare = (context: CommitterContext, { id, transaction }: Prepared): Partial<CommitterContext> => ({
  prepared: context.prepared.some((known) => isSame(known, { id, transaction }))
    ? context.prepared
    : [...context.prepared, { id, transaction }].sort((a, b) => a.id - b.id)
})

const due = (context: CommitterContext): ReadonlyArray<Prepared> =>
  context.prepared.filter((prepared) => prepared.id <= context.completed)

/** K1 */
const beginCommit = (context: CommitterContext): Partial<CommitterContext> => ({
  commit: {
    _tag: "Commit",
    upTo: context.completed,
    transactions: due(context).map((prepared) => prepared.transaction)
  }
})

/** K4 */
const endCommit = ({ prepared, commit }: CommitterContext): Partial<CommitterContext> => ({
  prepared: prepared.filter(({ id, transaction }) => {
    const isCommitted = commit !== null && id <= commit.upTo && commit.transactions.includes(transaction)
    return !isCommitted
  }),
  commit: null
})

export const committerMachine = setup({
  types: { context: {} as CommitterContext, events: {} as CommitterEvent, input: {} as CommitterInput },
  actions: {
    perform: (_, _commands: ReadonlyArray<CommitterStep>) => {},
    prepare: assign(({ context }, prepared: Prepared) => prepare(context, prepared)),
    complete: assign(({ context }, id: CheckpointId) => ({ completed: Math.max(context.completed, id) })),
    beginCommit: assign(({ context }) => beginCommit(context)),
    endCommit: assign(({ context }) => endCommit(context))
  },
  guards: {
    isDue: ({ context }) => due(context).length > 0,
    isUnderWay: ({ context }, upTo: CheckpointId) => upTo === context.commit?.upTo
  }
}).createMachine({
  id: "committer",
  initial: "open",
  context: ({ input }) => ({
    prepared: [...input.prepared].sort((a, b) => a.id - b.id),
    completed: input.restored,
    commit: null
  }),
  on: {
    "transaction.prepared": { actions: { type: "prepare", params: ({ event }) => event } },
    "checkpoint.completed": { actions: { type: "complete", params: ({ event }) => event.id } }
  },
  states: {
    open: {
      description: "Nothing that is due is uncommitted.",
      always: { guard: "isDue", target: "committing" },
      on: {
        "checkpoint.completed": {
          target: "open",
          reenter: true,
          actions: { type: "complete", params: ({ event }) => event.id }
        }
      },
      entry: {
        type: "perform",
        params: ({ context }) =>
          due(context).length > 0
            ? []
            : [{ _tag: "ToOwner", event: { type: "commits.settled", upTo: context.completed } }]
      }
    },
    committing: {
      description: "Transactions of completed checkpoints are being made visible.",
      entry: [
        "beginCommit",
        { type: "perform", params: ({ context }) => (context.commit === null ? [] : [context.commit]) }
      ],
      on: {
        "transactions.committed": {
          guard: { type: "isUnderWay", params: ({ event }) => event.upTo },
          target: "open",
          actions: "endCommit"
        }
      }
    }
  }
})
