/**
 * A process function in one subtask: its context, which is moved from key to key, and its timers. HOT per record.
 *
 * P1 Timers fire in order of time and before every later element; what a firing timer registers fires in the same
 *    advance if it is due.
 * P2 and P3: see Emitter.ts.
 */
import { InvariantViolation } from "../../model/invariant.ts"
import type { KeyValue } from "../../model/keyGroups.ts"
import { minWatermark, type Timestamp } from "../../model/time.ts"
import { KeyCursor } from "../../state/KeyCursor.ts"
import type { TimerTable } from "../../state/TimerTable.ts"
import { FailedAtKey } from "../FailedAtKey.ts"
import type { Collector, SideCollector } from "../OperatorStep.ts"
import { Emitter, refusePromise } from "./Emitter.ts"
import type { AnyProcessContext, ProcessFunctions, ProcessTimers, Timer, TimersOfKey } from "./ProcessContext.ts"

export interface ProcessParts {
  readonly uid: string
  readonly functions: ProcessFunctions
  /** Answers the key as the user knows it; null where that is the stored key itself. */
  readonly restoreKey: ((key: KeyValue) => unknown) | null
  /** Opens the handles of the declared states. */
  readonly openStates: (at: KeyCursor) => AnyProcessContext["states"]
  /** States with a time to live. */
  readonly expiring: ReadonlyArray<{ readonly advance: (now: number) => void }>
  readonly eventTimers: TimerTable | null
  readonly processingTimers: TimerTable | null
  readonly sides: ReadonlyMap<string, SideCollector>
  readonly emit: Collector
}

export class ProcessInstance {
  readonly context: AnyProcessContext
  readonly #parts: ProcessParts
  readonly #at = new KeyCursor()
  readonly #emitter: Emitter
  #watermark: Timestamp = minWatermark
  #now = 0

  constructor(parts: ProcessParts) {
    this.#parts = parts
    this.#emitter = new Emitter({ ...parts, at: this.#at })
    this.context = this.#makeContext()
  }

  /** Moves the context to the key of an element. */
  enter(timestamp: Timestamp, key: KeyValue, group: number, watermark: Timestamp): void {
    this.#at.seek(key, group)
    this.#watermark = watermark
    this.#emitter.timestamp = timestamp
    this.#emitter.isActive = true
  }

  leave(): void {
    this.#emitter.isActive = false
  }

  /** The error to throw for what was thrown at an element. */
  failed(error: unknown, value: unknown): unknown {
    return this.#failure(error, { _tag: "Element", value })
  }

  /** P1. */
  advance(watermark: Timestamp): void {
    const { eventTimers, functions } = this.#parts
    const { onTimer } = functions
    if (eventTimers === null || onTimer === null) return
    eventTimers.advance(watermark, (key, group, timestamp) => {
      this.enter(timestamp, key, group, watermark)
      this.#fire(onTimer, timestamp, "event")
    })
  }

  advanceClock(now: number, watermark: Timestamp): void {
    this.#now = now
    const { expiring, functions, processingTimers } = this.#parts
    for (const table of expiring) table.advance(now)
    const { onProcessingTimer } = functions
    if (processingTimers === null || onProcessingTimer === null) return
    processingTimers.advance(now, (key, group, timestamp) => {
      this.enter(minWatermark, key, group, watermark)
      this.#fire(onProcessingTimer, timestamp, "processing")
    })
  }

  /** When the next processing-time timer is due; Infinity for none. */
  nextTimer(): number {
    return this.#parts.processingTimers?.next() ?? Number.POSITIVE_INFINITY
  }

  #fire(
    call: (timer: Timer, context: AnyProcessContext) => void,
    timestamp: Timestamp,
    time: "event" | "processing"
  ): void {
    try {
      refusePromise(call({ timestamp }, this.context))
    } catch (error) {
      throw this.#failure(error, { _tag: "Timer", time, timestamp })
    }
    this.leave()
  }

  #failure(error: unknown, called: FailedAtKey["called"]): unknown {
    if (this.#emitter.isEmitting || error instanceof InvariantViolation) return error
    return new FailedAtKey(error, this.#at.key, called)
  }

  #makeContext(): AnyProcessContext {
    const { eventTimers, openStates, processingTimers, restoreKey } = this.#parts
    const instance = this
    const states = openStates(this.#at)
    const timers: ProcessTimers = {
      eventTime: this.#timersOf(eventTimers, "onTimer"),
      processingTime: this.#timersOf(processingTimers, "onProcessingTimer")
    }
    return {
      get key() {
        return restoreKey === null ? instance.#at.key : restoreKey(instance.#at.key)
      },
      get timestamp() {
        return instance.#emitter.timestamp
      },
      get watermark() {
        return instance.#watermark
      },
      get processingTime() {
        return instance.#now
      },
      get states() {
        instance.#emitter.check()
        return states
      },
      timers,
      emit: this.#emitter.emit
    }
  }

  #timersOf(timers: TimerTable | null, handler: "onTimer" | "onProcessingTimer"): TimersOfKey {
    const checked = (timestamp: Timestamp): TimerTable => {
      this.#emitter.check()
      if (timers === null)
        throw new Error(`"${this.#parts.uid}" has no ${handler}, which the timer would call; give it one`)
      if (Number.isSafeInteger(timestamp)) return timers
      throw new Error(`a timer at ${String(timestamp)}: it needs a time in whole milliseconds since the epoch`)
    }
    return {
      register: (timestamp) => checked(timestamp).register(this.#at.key, this.#at.group, timestamp),
      delete: (timestamp) => checked(timestamp).delete(this.#at.key, this.#at.group, timestamp)
    }
  }
}
