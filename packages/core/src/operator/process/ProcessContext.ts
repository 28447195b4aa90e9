/** What a process function is given besides its element: the key, its state, its timers, and ways out. */
import type { Schema } from "effect"
import type { Timestamp } from "../../model/time.ts"
import type { StateDescription } from "../../state/State.ts"
import type { AnySideOutput, SideOutput } from "../SideOutput.ts"

/** The states that a process function declares, by the names under which it finds them in its context. */
export interface States {
  readonly [name: string]: StateDescription<unknown, unknown>
}

/** What a process function works its states with. */
export type StateHandles<S> = {
  readonly [N in keyof S]: S[N] extends StateDescription<infer Handle, infer _> ? Handle : never
}

/**
 * Everything is that of the current key. Holds until the function returns: whatever is done with it later fails.
 */
export interface ProcessContext<out K, S, in B> {
  readonly key: K
  /** Event time of the element or of the event-time timer; -Infinity where there is none. Records that are emitted have it, too. */
  readonly timestamp: Timestamp
  /** No element with a timestamp up to here is on its way; -Infinity at first, `Number.MAX_SAFE_INTEGER` at the end of data. */
  readonly watermark: Timestamp
  /** The time of the clock, in epoch milliseconds, as the task last looked at it: use it instead of `Date.now()`. */
  readonly processingTime: number
  readonly states: StateHandles<S>
  readonly timers: ProcessTimers
  readonly emit: Emit<B>
}

export interface ProcessTimers {
  /** Fire when the watermark has passed them, in order; the end of data fires all. Needs `onTimer`. */
  readonly eventTime: TimersOfKey
  /** Fire when the clock has passed them, in order; what is left at the end of data never fires. Needs `onProcessingTimer`. */
  readonly processingTime: TimersOfKey
}

/** Timers of the current key: at most one for each time. They are part of every checkpoint. */
export interface TimersOfKey {
  /** Fails: throws for a time that is no whole number of milliseconds. */
  readonly register: (timestamp: Timestamp) => void
  /** Deleting what is not registered changes nothing. */
  readonly delete: (timestamp: Timestamp) => void
}

export interface Emit<in B> {
  (value: B): void
  /** Emits to a side output that is named in `sides`. */
  readonly side: <A>(output: SideOutput<A>, value: NoInfer<A>) => void
}

/** A timer that fires. */
export interface Timer {
  readonly timestamp: Timestamp
}

/** What `process` does with the records of a key: functions of your own over state and timers. */
export interface ProcessDefinition<in A, in K, S extends States, B> {
  /** Schema of the records that it emits. */
  readonly schema: Schema.Codec<B, unknown>
  /** Its states: `{ open: State.value("open", Session) }`; the context has a handle for each under the same name. */
  readonly states?: S
  /** Side outputs that it emits to. */
  readonly sides?: ReadonlyArray<AnySideOutput>
  /** Called for every record. */
  readonly onElement: (value: A, context: ProcessContext<K, S, NoInfer<B>>) => void
  /** Called for every event-time timer, in order of time, when the watermark has passed it. Needs event time. */
  readonly onTimer?: (timer: Timer, context: ProcessContext<K, S, NoInfer<B>>) => void
  /** Called for every processing-time timer, in order of time, when the clock has passed it. */
  readonly onProcessingTimer?: (timer: Timer, context: ProcessContext<K, S, NoInfer<B>>) => void
}

/** The context of a process function of any type. */
export type AnyProcessContext = ProcessContext<unknown, States, unknown>

/** A process function behind the builder, which has checked its types. */
export interface ProcessFunctions {
  readonly onElement: (value: unknown, context: AnyProcessContext) => void
  readonly onTimer: ((timer: Timer, context: AnyProcessContext) => void) | null
  readonly onProcessingTimer: ((timer: Timer, context: AnyProcessContext) => void) | null
}
