/**
 * The states that one component has had, and the steps that it has taken, each computed once.
 *
 * T1 State 0: it is down and keeps nothing. Other states: it runs, or it is down and keeps something.
 * T2 Armed timers are part of the state.
 */
import type { AnyComponent } from "../system/Component.ts"
import type { Effect, Step } from "../system/Effect.ts"
import { Interner } from "../values/Interner.ts"
import { IntList } from "../values/IntList.ts"
import { PairTable } from "../values/PairTable.ts"
import type { ActionTable } from "./ActionTable.ts"
import { guarded, ModelError } from "./errors.ts"
import type { Interners, Programs } from "./Programs.ts"
import { checkedList, checkedMessage, checkedResult } from "./wellFormed.ts"

export type Life =
  | { readonly isRunning: true; readonly state: unknown; readonly timers: ReadonlyArray<string> }
  | { readonly isRunning: false; readonly durable: unknown }

/** A step as the tables hold it. */
export interface StepRef {
  next: number
  program: number
}

export class ComponentTable {
  readonly component: AnyComponent
  readonly lives: Interner<Life>
  readonly #interners: Interners
  readonly #programs: Programs
  readonly #actions: ActionTable
  readonly #noteStep: (again: () => StepRef, first: StepRef) => void
  readonly #steps = new PairTable()
  readonly #starts = new PairTable()
  readonly #next = new IntList()
  readonly #program = new IntList()
  readonly #internal: Array<ReadonlyArray<OwnAction> | undefined> = []
  readonly #timers: Array<ReadonlyArray<OwnAction> | undefined> = []
  readonly #running: Array<boolean> = []
  readonly #receives = new PairTable()
  readonly #crashed: Array<number | undefined> = []

  constructor(options: {
    readonly component: AnyComponent
    readonly interners: Interners
    readonly programs: Programs
    readonly actions: ActionTable
    /** Told of every step that was computed, and how to compute it again. */
    readonly noteStep: (again: () => StepRef, first: StepRef) => void
  }) {
    this.component = options.component
    this.#interners = options.interners
    this.#programs = options.programs
    this.#actions = options.actions
    this.#noteStep = options.noteStep
    this.lives = new Interner<Life>(`the state of component ${options.component.name}`)
    this.intern({ isRunning: false, durable: undefined })
  }

  /** The state of this life, whoever has lived it. */
  intern(life: Life): number {
    const id = this.lives.id(life)
    this.#running[id] = life.isRunning
    return id
  }

  /** HOT */
  isRunning(life: number): boolean {
    return this.#running[life] === true
  }

  /** Index of the step, for {@link next} and {@link program}. HOT */
  step(life: number, message: number): number {
    const known = this.#steps.get(life, message)
    return known >= 0 ? known : this.#firstStep(life, message)
  }

  #firstStep(life: number, message: number): number {
    return this.#compute(this.#steps, life, message, () => this.#stepOf(life, message))
  }

  /** Index of the step that starts the component with an input. */
  start(life: number, input: number): number {
    const known = this.#starts.get(life, input)
    return known >= 0 ? known : this.#compute(this.#starts, life, input, () => this.#startOf(life, input))
  }

  /** HOT */
  next(step: number): number {
    return this.#next.at(step)
  }

  /** HOT */
  program(step: number): number {
    return this.#program.at(step)
  }

  /** Events that it may give itself. HOT */
  internal(life: number): ReadonlyArray<OwnAction> {
    return this.#internal[life] ?? this.#findInternal(life)
  }

  #findInternal(life: number): ReadonlyArray<OwnAction> {
    const { name, internal } = this.component
    const held = this.lives.get(life)
    const where = `component ${name}, internal events`
    const events =
      held.isRunning && internal !== undefined
        ? checkedList(
            guarded(where, held.state, () => internal(held.state)),
            where
          )
        : []
    const messages = [...new Set(events.map((event) => this.#interners.messages.id(checkedMessage(event, where))))]
    const actions = messages.map((message) => {
      const event = this.#interners.messages.get(message).type
      const kind = this.#actions.classId({ _tag: "Internal", component: name, event })
      return { message, kind, code: this.#actions.code(kind, message), life }
    })
    this.#internal[life] = actions
    return actions
  }

  /** Timers that may fire. HOT */
  timers(life: number): ReadonlyArray<OwnAction> {
    return this.#timers[life] ?? this.#findTimers(life)
  }

  #findTimers(life: number): ReadonlyArray<OwnAction> {
    const { name, timerEvent } = this.component
    const eventOf = timerEvent ?? ((timer: string) => ({ type: "timer.fired", timer }))
    const held = this.lives.get(life)
    const timers = held.isRunning
      ? held.timers.map((timer) => {
          const where = `component ${name}, timerEvent`
          const event = guarded(where, timer, () => eventOf(timer))
          const message = this.#interners.messages.id(checkedMessage(event, where))
          const kind = this.#actions.classId({ _tag: "Timer", component: name, timer })
          const disarmed = { ...held, timers: held.timers.filter((other) => other !== timer) }
          return { message, kind, code: this.#actions.code(kind, message), life: this.intern(disarmed) }
        })
      : []
    this.#timers[life] = timers
    return timers
  }

  /** HOT */
  mayReceive(life: number, channel: number, name: string): boolean {
    if (this.#running[life] !== true) return false
    const { mayReceive } = this.component
    if (mayReceive === undefined) return true
    const known = this.#receives.get(life, channel)
    return known >= 0 ? known === 1 : this.#askMayReceive(life, channel, name, mayReceive)
  }

  #askMayReceive(
    life: number,
    channel: number,
    name: string,
    mayReceive: NonNullable<AnyComponent["mayReceive"]>
  ): boolean {
    const held = this.lives.get(life)
    const answer =
      held.isRunning &&
      guarded(`component ${this.component.name}, mayReceive`, held.state, () => mayReceive(held.state, name))
    this.#receives.add(life, channel, answer ? 1 : 0)
    return answer
  }

  /** What is left of it when it crashes. */
  crashed(life: number): number {
    const known = this.#crashed[life]
    if (known !== undefined) return known
    const held = this.lives.get(life)
    const { durable, name } = this.component
    const kept = held.isRunning
      ? guarded(`component ${name}, durable`, held.state, () => durable?.(held.state))
      : held.durable
    const down = this.intern({ isRunning: false, durable: kept })
    this.#crashed[life] = down
    return down
  }

  #compute(table: PairTable, life: number, argument: number, compute: () => StepRef): number {
    const computed = compute()
    const step = this.#next.length
    this.#next.push(computed.next)
    this.#program.push(computed.program)
    table.add(life, argument, step)
    this.#noteStep(compute, computed)
    return step
  }

  #stepOf(life: number, message: number): StepRef {
    const { name, step } = this.component
    const held = this.lives.get(life)
    if (!held.isRunning) throw new ModelError(`Component ${name} is stepped while it is down.`)
    const event = this.#interners.messages.get(message)
    const result = guarded(`component ${name}`, event, () => step(held.state, event))
    return this.#stepRef(result, held.timers, `component ${name}, on ${event.type},`)
  }

  #startOf(life: number, input: number): StepRef {
    const { name, start } = this.component
    const held = this.lives.get(life)
    if (held.isRunning) throw new ModelError(`Component ${name} is started while it runs: stop it first.`)
    const value = this.#interners.inputs.get(input)
    const result = guarded(`component ${name}, starting,`, value, () => start(value, held.durable))
    return this.#stepRef(result, [], `component ${name}, starting,`)
  }

  #stepRef(result: Step<unknown>, timers: ReadonlyArray<string>, where: string): StepRef {
    const armed = new Set(timers)
    const others: Array<Effect> = []
    for (const effect of checkedResult(result, where).effects) {
      if (effect._tag === "SetTimer") armed.add(effect.timer)
      else if (effect._tag === "CancelTimer") armed.delete(effect.timer)
      else others.push(effect)
    }
    const next = this.intern({ isRunning: true, state: result.state, timers: [...armed].sort() })
    return { next, program: this.#programs.compile(others, this.component.name, where) }
  }
}

/** A timer that fires or an internal event: what it says, and the state in which it says it. */
export interface OwnAction {
  readonly message: number
  readonly life: number
  readonly kind: number
  readonly code: number
}
