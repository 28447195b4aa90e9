/** What `process` is on a stream without a key: a function over lists that belong to the operator. */
import type { Schema } from "effect"
import type { Timestamp } from "../../model/time.ts"
import type { OperatorListDescription } from "../../state/OperatorListState.ts"
import type { ListState } from "../../state/StateHandles.ts"
import type { AnySideOutput } from "../SideOutput.ts"
import type { Emit } from "./ProcessContext.ts"

/** The lists of an operator, by the names under which it finds them in its context. */
export interface Lists {
  readonly [name: string]: OperatorListDescription<unknown>
}

/** What a process function works its lists with. */
export type ListHandles<L> = {
  readonly [N in keyof L]: L[N] extends OperatorListDescription<infer A> ? ListState<A> : never
}

/** Holds until the function returns: whatever is done with it later fails. */
export interface ListProcessContext<L, in B> {
  /** Event time of the element, -Infinity where there is none or at the end of data; records that are emitted have it, too. */
  readonly timestamp: Timestamp
  readonly watermark: Timestamp
  /** The lists of this subtask. */
  readonly lists: ListHandles<L>
  readonly emit: Emit<B>
}

/** What `process` does with the records of a stream that is not keyed. */
export interface ListProcessDefinition<in A, L extends Lists, B> {
  /** Schema of the records that it emits. */
  readonly schema: Schema.Codec<B, unknown>
  /**
   * What it keeps: `{ pending: State.operatorList("pending", Order) }`. Lists are part of every checkpoint; a run with another
   * parallelism deals their items out anew, so nothing may depend on which subtask has which.
   */
  readonly lists: L
  readonly sides?: ReadonlyArray<AnySideOutput>
  /** Called for every record. */
  readonly onElement: (value: A, context: ListProcessContext<L, NoInfer<B>>) => void
  /** Called at the end of data, in every subtask: the last chance to emit what is kept. Called again after a restore behind it. */
  readonly onEnd?: (context: ListProcessContext<L, NoInfer<B>>) => void
}

export type AnyListContext = ListProcessContext<Lists, unknown>

/** Behind the builder, which has checked the types. */
export interface ListFunctions {
  readonly onElement: (value: unknown, context: AnyListContext) => void
  readonly onEnd: ((context: AnyListContext) => void) | null
}
