/**
 * The transactions of one sink subtask: a part of its subtask.
 *
 * K1 A transaction is committed only after a checkpoint that holds it is completed (S5); committing n covers all up to n (S24).
 * K2 A transaction of an invalidated checkpoint stays prepared and is committed with the next completed one (rule 5, S19).
 * K3 After a restore everything that the restored checkpoint holds is committed (S20).
 */
import { assign, setup } from "xstate"
import type { CheckpointId } from "../model/ids.ts"
import type { InternalCommand } from "./component.ts"
import type { SubtaskCommand, SubtaskEvent } from "./subtaskMachine.ts"

export interface Prepared {
  readonly id: CheckpointId
  /** Opaque: the sink's description of the transaction, as JSON text. */
  readonly transaction: string
}

export interface CommitterInput {
  readonly restored: CheckpointId
  readonly prepared: ReadonlyArray<Prepared>
}

export interface CommitterContext {
  /** By checkpoint, ascending. */
  readonly prepared: ReadonlyArray<Prepared>
  /** The newest completed checkpoint that is known here. */
  readonly completed: CheckpointId
  /** Commits up to here are under way; 0 if none are. */
  readonly committing: CheckpointId
}

export type CommitterEvent =
  | { readonly type: "transaction.prepared"; readonly id: CheckpointId; readonly transaction: string }
  | { readonly type: "checkpoint.completed"; readonly id: CheckpointId }
  | { readonly type: "transactions.committed"; readonly upTo: CheckpointId }

type CommitterCommand = SubtaskCommand | InternalCommand<never, never, SubtaskEvent>

const prepare = (context: CommitterContext, prepared: Prepared): Partial<CommitterContext> => ({
  prepared: [...context.prepared, prepared].sort((a, b) => a.id - b.id)
})

const due = (context: CommitterContext): ReadonlyArray<Prepared> =>
  context.prepared.filter((prepared) => prepared.id <= context.completed)

export const committerMachine = setup({
  types: { context: {} as CommitterContext, events: {} as CommitterEvent, input: {} as CommitterInput },
  actions: {
    perform: (_, _commands: ReadonlyArray<CommitterCommand>) => {},
    prepare: assign(({ context }, prepared: Prepared) => prepare(context, prepared)),
    complete: assign(({ context }, id: CheckpointId) => ({ completed: Math.max(context.completed, id) })),
    committed: assign(({ context }, upTo: CheckpointId) => ({
      prepared: context.prepared.filter((prepared) => prepared.id > upTo),
      committing: 0
    }))
  },
  guards: {
    isDue: ({ context }) => due(context).length > 0,
    isUnderWay: ({ context }, upTo: CheckpointId) => upTo === context.committing
  }
}).createMachine({
  id: "committer",
  initial: "open",
  context: ({ input }) => ({
    prepared: [...input.prepared].sort((a, b) => a.id - b.id),
    completed: input.restored,
    committing: 0
  }),
  on: {
    "transaction.prepared": {
      actions: {
        type: "prepare",
        params: ({ event }) => ({ id: event.id, transaction: event.transaction })
      }
    },
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
        assign({ committing: ({ context }) => context.completed }),
        {
          type: "perform",
          params: ({ context }) => [
            {
              _tag: "Commit",
              upTo: context.completed,
              transactions: due(context).map((prepared) => prepared.transaction)
            }
          ]
        }
      ],
      on: {
        "transactions.committed": {
          guard: { type: "isUnderWay", params: ({ event }) => event.upTo },
          target: "open",
          actions: { type: "committed", params: ({ event }) => event.upTo }
        }
      }
    }
  }
})
