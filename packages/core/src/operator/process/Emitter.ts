/**
 * How a process function emits, and for how long it may.
 *
 * P2 The context works only while a function of its own runs: a promise that goes on later changes nothing.
 * P3 What a function threw is told with its key; what the rest of the chain threw while it emitted is not its own.
 */
import { minWatermark, type Timestamp } from "../../model/time.ts"
import type { KeyCursor } from "../../state/KeyCursor.ts"
import type { Collector, SideCollector } from "../OperatorStep.ts"
import type { SideOutput } from "../SideOutput.ts"
import type { Emit } from "./ProcessContext.ts"

interface EmitterOptions {
  readonly uid: string
  /** The key that results go on with. */
  readonly at: KeyCursor
  readonly emit: Collector
  readonly sides: ReadonlyMap<string, SideCollector>
}

export class Emitter {
  /** Of what is emitted. */
  timestamp: Timestamp = minWatermark
  /** P2. */
  isActive = false
  readonly emit: Emit<unknown>
  readonly #options: EmitterOptions
  #isEmitting = false

  constructor(options: EmitterOptions) {
    this.#options = options
    this.emit = Object.assign((value: unknown) => this.#main(value), {
      side: <A>(output: SideOutput<A>, value: A) => this.#side(output.name, value)
    })
  }

  /** P3: the rest of the chain has thrown. */
  get isEmitting(): boolean {
    return this.#isEmitting
  }

  /** P2. */
  check(): void {
    if (this.isActive) return
    throw new Error(
      `the context of "${this.#options.uid}" was used after its function had returned; ` +
        "process functions are synchronous, asynchronous work belongs into mapAsync"
    )
  }

  #main(value: unknown): void {
    this.check()
    this.#isEmitting = true
    const { at, emit } = this.#options
    emit(value, this.timestamp, at.key, at.group)
    this.#isEmitting = false
  }

  #side(name: string, value: unknown): void {
    this.check()
    const { sides, uid } = this.#options
    const collect = sides.get(name)
    if (collect === undefined) {
      throw new Error(`side output "${name}" is not among the sides of "${uid}"; name it there`)
    }
    this.#isEmitting = true
    collect(value, this.timestamp)
    this.#isEmitting = false
  }
}

/** A promise would be forgotten, and with it what it fails with. */
export const refusePromise = (answer: unknown): void => {
  if (typeof answer === "object" && answer !== null && "then" in answer) {
    throw new TypeError("a process function must not answer a promise; asynchronous work belongs into mapAsync")
  }
}
