/**
 * What a `System` means, written once more from its contract: plain values, copied at every step, compared as JSON text.
 * It shares nothing with the checker but the types of the contract, and is as simple as it is slow.
 *
 * State is what a `View` can tell: so operations in flight with an ordered resource are a sequence, with those that came
 * to be late behind the others.
 */
import type { Action, ActionClass, Channel, Effect, Message, OperationOutcome, System, View } from "@tidemark/checker"
import { trusted } from "../../../packages/checker/src/system/trusted.ts"

type Life =
  | { readonly isUp: true; readonly state: unknown; readonly timers: ReadonlyArray<string> }
  | { readonly isUp: false; readonly durable?: unknown }

interface Flight {
  readonly operation: unknown
  readonly from: string | null
}

type ByName<A> = Readonly<Record<string, A>>

export interface World {
  readonly lives: ByName<Life>
  readonly channels: ByName<ReadonlyArray<Message>>
  readonly resources: ByName<unknown>
  readonly flights: ByName<ReadonlyArray<Flight>>
  readonly isDown: ByName<boolean>
  readonly faults: ByName<number>
  readonly stimuli: ByName<number>
  readonly history: unknown
}

export interface Transition {
  readonly action: Action
  readonly of: ActionClass
  readonly next: World
}

const text = (value: unknown): string => JSON.stringify(value)
const sorted = <A>(values: ReadonlyArray<A>): ReadonlyArray<A> =>
  [...values].sort((a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0))
const distinct = <A>(values: ReadonlyArray<A>): ReadonlyArray<A> =>
  values.filter((value, index) => values.findIndex((other) => text(other) === text(value)) === index)
const without = <A>(values: ReadonlyArray<A>, value: A): ReadonlyArray<A> => {
  const at = values.findIndex((other) => text(other) === text(value))
  return values.filter((_, index) => index !== at)
}
const byName = <P extends { readonly name: string }, A>(
  parts: ReadonlyArray<P> | undefined,
  value: (part: P) => A
): ByName<A> => Object.fromEntries((parts ?? []).map((part) => [part.name, value(part)]))

const named = <P extends { readonly name: string }>(parts: ReadonlyArray<P> | undefined, name: string): P => {
  const found = parts?.find((part) => part.name === name)
  if (found === undefined) throw new Error(`there is no ${name}`)
  return found
}
const receiversOf = ({ to }: Channel): ReadonlyArray<string> => (typeof to === "string" ? [to] : to)

export class NaiveSystem {
  readonly system: System

  constructor(system: System) {
    this.system = system
  }

  get initial(): World {
    const { components, channels, resources, crashes, faults, stimuli, history, initially } = this.system
    const empty: World = {
      lives: byName(components, () => ({ isUp: false })),
      channels: byName(channels, () => []),
      resources: byName(resources, ({ initial }) => initial),
      flights: byName(resources, () => []),
      isDown: byName(crashes, () => false),
      faults: { ...faults },
      stimuli: byName(stimuli, ({ times }) => times),
      history: history?.initial ?? null
    }
    return this.#perform(empty, initially, null)
  }

  /** Why nothing is explored beyond a state; null inside of all bounds. */
  cutOffBy(world: World): string | null {
    const full = this.system.channels?.find(
      ({ name, capacity }) => capacity !== undefined && (world.channels[name] ?? []).length > capacity
    )
    if (full !== undefined) return full.name
    const bound = Object.entries(this.system.bounds ?? {}).find(([_, holds]) => !holds(viewOf(world)))
    return bound?.[0] ?? null
  }

  transitions(world: World): ReadonlyArray<Transition> {
    return [
      ...this.#ownActions(world),
      ...(this.system.channels ?? []).flatMap((channel) => this.#channelActions(world, channel)),
      ...this.#operations(world),
      ...this.#stimuli(world),
      ...this.#crashes(world)
    ]
  }

  #ownActions(world: World): ReadonlyArray<Transition> {
    return this.system.components.flatMap(({ name, internal, timerEvent }): ReadonlyArray<Transition> => {
      const life = world.lives[name]
      if (life?.isUp !== true) return []
      const fired = life.timers.map((timer): Transition => {
        const of = { _tag: "Timer", component: name, timer } as const
        const event = timerEvent?.(timer) ?? { type: "timer.fired", timer }
        const disarmed = { ...life, timers: without(life.timers, timer) }
        return {
          action: of,
          of,
          next: this.#step({ ...world, lives: { ...world.lives, [name]: disarmed } }, name, event)
        }
      })
      const own = distinct(internal?.(life.state) ?? []).map((event): Transition => {
        const action = { _tag: "Internal", component: name, event } as const
        return { action, of: { ...action, event: event.type }, next: this.#step(world, name, event) }
      })
      return [...fired, ...own]
    })
  }

  #channelActions(world: World, channel: Channel): ReadonlyArray<Transition> {
    const { name, kind, loses, duplicates } = channel
    const held = world.channels[name] ?? []
    const next = kind === "fifo" ? held.slice(0, 1) : distinct(held)
    const holding = (messages: ReadonlyArray<Message>, paid: World): World => ({
      ...paid,
      channels: { ...paid.channels, [name]: messages }
    })
    return next.flatMap((message): ReadonlyArray<Transition> => {
      const rest = kind === "set" ? held : without(held, message)
      const again = kind === "fifo" ? [...rest, message] : held
      const received = receiversOf(channel).flatMap((to): ReadonlyArray<Transition> => {
        const life = world.lives[to]
        const { mayReceive } = named(this.system.components, to)
        if (life?.isUp !== true || mayReceive?.(life.state, name) === false) return []
        const once = { _tag: "Deliver", channel: name, to } as const
        const twice = { _tag: "Duplicate", channel: name, to } as const
        const delivered = {
          action: { ...once, message },
          of: once,
          next: this.#step(holding(rest, world), to, message)
        }
        const paid = duplicates?.(message) === true ? this.#pay(world, name, "duplicate") : null
        if (paid === null) return [delivered]
        const both = this.#step(holding(again, paid), to, message)
        return [delivered, { action: { ...twice, message }, of: twice, next: both }]
      })
      const of = { _tag: "Lose", channel: name } as const
      const paid = loses?.(message) === true ? this.#pay(world, name, "lose") : null
      return paid === null ? received : [...received, { action: { ...of, message }, of, next: holding(rest, paid) }]
    })
  }

  #operations(world: World): ReadonlyArray<Transition> {
    return (this.system.resources ?? []).flatMap(({ name, isOrdered }) => {
      const flights = distinct(world.flights[name] ?? [])
      const next = flights.filter(
        ({ from }, index) =>
          isOrdered !== true || from === null || flights.findIndex((other) => other.from === from) === index
      )
      return next.flatMap((flight) => this.#outcomes(world, name, flight))
    })
  }

  #outcomes(world: World, name: string, flight: Flight): ReadonlyArray<Transition> {
    const { apply, failure, unknown, torn } = named(this.system.resources, name)
    const { operation, from } = flight
    const held = world.resources[name]
    const applied = apply(held, operation)
    const facts = applied.effects.filter(({ _tag }) => _tag === "Note")
    const doubt = unknown?.(operation, held)
    const rest = without(world.flights[name] ?? [], flight)
    const ended = (
      outcome: OperationOutcome,
      after: { readonly state: unknown; readonly effects: ReadonlyArray<Effect> } | null,
      flying = rest
    ): ReadonlyArray<Transition> => {
      const isFault = ["fails", "ambiguous", "late", "torn"].includes(outcome)
      const paid = isFault ? this.#pay(world, name, outcome) : world
      if (paid === null || after === null) return []
      const flights = { ...paid.flights, [name]: this.#flying(name, flying) }
      const changed = { ...paid, resources: { ...paid.resources, [name]: after.state }, flights }
      const of = { _tag: "Operation", resource: name, outcome } as const
      return [{ action: { ...of, operation, from }, of, next: this.#perform(changed, after.effects, null) }]
    }
    if (from === null) {
      return [
        ...ended("lands", { state: applied.state, effects: facts }),
        ...ended("vanishes", { state: held, effects: [] })
      ]
    }
    return [
      ...ended("ok", applied),
      ...ended("fails", failure === undefined ? null : { state: held, effects: failure(operation, held) }),
      ...ended("ambiguous", doubt === undefined ? null : { state: applied.state, effects: [...facts, ...doubt] }),
      ...ended("late", doubt === undefined ? null : { state: held, effects: doubt }, [
        ...rest,
        { operation, from: null }
      ]),
      ...ended("torn", torn?.(held, operation) ?? null)
    ]
  }

  #stimuli(world: World): ReadonlyArray<Transition> {
    return (this.system.stimuli ?? []).flatMap(({ name, effects, when }) => {
      const left = world.stimuli[name] ?? 0
      if (left === 0 || when?.(viewOf(world)) === false) return []
      const of = { _tag: "Stimulus", stimulus: name } as const
      const fewer = { ...world, stimuli: { ...world.stimuli, [name]: left - 1 } }
      return [{ action: of, of, next: this.#perform(fewer, effects, null) }]
    })
  }

  #crashes(world: World): ReadonlyArray<Transition> {
    return (this.system.crashes ?? []).flatMap(({ name, components, recover }): ReadonlyArray<Transition> => {
      if (world.isDown[name] === true) {
        if (recover === null) return []
        const of = { _tag: "Recover", unit: name } as const
        const up = { ...world, isDown: { ...world.isDown, [name]: false } }
        return [{ action: of, of, next: this.#perform(up, recover, null) }]
      }
      const paid = this.#pay(world, name, "crash")
      if (paid === null || !components.some((component) => world.lives[component]?.isUp === true)) return []
      const of = { _tag: "Crash", unit: name } as const
      const down = { ...paid, isDown: { ...paid.isDown, [name]: true } }
      const next = components.reduce((before, component) => {
        const life = before.lives[component]
        const { durable } = named(this.system.components, component)
        return this.#end(before, component, life?.isUp === true ? durable?.(life.state) : life?.durable)
      }, down)
      return [{ action: of, of, next }]
    })
  }

  /** The world with one fault less to come; null if this one does not happen any more. */
  #pay(world: World, place: string, kind: string): World | null {
    const own = `${place}.${kind}`
    const budget = own in world.faults ? own : kind
    const left = world.faults[budget] ?? 0
    return left === 0 ? null : { ...world, faults: { ...world.faults, [budget]: left - 1 } }
  }

  #step(world: World, name: string, event: Message): World {
    const life = world.lives[name]
    if (life?.isUp !== true) throw new Error(`${name} is down`)
    const { state, effects } = named(this.system.components, name).step(life.state, event)
    return this.#perform({ ...world, lives: { ...world.lives, [name]: { ...life, state } } }, effects, name)
  }

  #perform(world: World, effects: ReadonlyArray<Effect>, by: string | null): World {
    return effects.reduce((before, effect) => this.#effect(before, effect, by), world)
  }

  #effect(world: World, effect: Effect, by: string | null): World {
    switch (effect._tag) {
      case "Send":
        return this.#send(world, named(this.system.channels, effect.channel), effect.message)
      case "SetTimer":
      case "CancelTimer":
        return armed(world, by ?? "", effect.timer, effect._tag === "SetTimer")
      case "Request": {
        const { resource, operation } = effect
        const flying = [...(world.flights[resource] ?? []), { operation, from: by }]
        return { ...world, flights: { ...world.flights, [resource]: this.#flying(resource, flying) } }
      }
      case "Start": {
        const life = world.lives[effect.component]
        if (life?.isUp !== false) throw new Error(`${effect.component} runs already`)
        const first = named(this.system.components, effect.component).start(effect.input, life.durable)
        const up: Life = { isUp: true, state: first.state, timers: [] }
        const started = { ...world, lives: { ...world.lives, [effect.component]: up } }
        return this.#perform(started, first.effects, effect.component)
      }
      case "Stop":
        return this.#end(world, effect.component, undefined)
      case "Clear":
        return { ...world, channels: { ...world.channels, [effect.channel]: [] } }
      case "Note":
        return { ...world, history: this.system.history?.next(world.history, effect.fact) ?? null }
    }
  }

  #send(world: World, channel: Channel, message: Message): World {
    const isHeard = receiversOf(channel).some((to) => world.lives[to]?.isUp === true)
    if (channel.whenDown !== "keep" && !isHeard) return world
    const all = [...(world.channels[channel.name] ?? []), message]
    const held = { fifo: all, bag: sorted(all), set: sorted(distinct(all)) }[channel.kind]
    return { ...world, channels: { ...world.channels, [channel.name]: held } }
  }

  #end(world: World, component: string, durable: unknown): World {
    const life: Life = durable === undefined ? { isUp: false } : { isUp: false, durable }
    const isCleared = (channel: Channel) =>
      channel.whenDown !== "keep" && [...receiversOf(channel), channel.from].includes(component)
    const orphaned = (flights: ReadonlyArray<Flight> = []) =>
      flights.map((flight) => (flight.from === component ? { ...flight, from: null } : flight))
    return {
      ...world,
      lives: { ...world.lives, [component]: life },
      channels: byName(this.system.channels, (it) => (isCleared(it) ? [] : (world.channels[it.name] ?? []))),
      flights: byName(this.system.resources, ({ name }) => this.#flying(name, orphaned(world.flights[name])))
    }
  }

  #flying(resource: string, flights: ReadonlyArray<Flight>): ReadonlyArray<Flight> {
    if (named(this.system.resources, resource).isOrdered !== true) return sorted(flights)
    const waiters = sorted(distinct(flights.flatMap(({ from }) => (from === null ? [] : [from]))))
    return [
      ...waiters.flatMap((waiter) => flights.filter(({ from }) => from === waiter)),
      ...sorted(flights.filter(({ from }) => from === null))
    ]
  }
}

const armed = (world: World, component: string, timer: string, isArmed: boolean): World => {
  const life = world.lives[component]
  if (life?.isUp !== true) return world
  const others = without(life.timers, timer)
  const timers = isArmed ? sorted([...others, timer]) : others
  return { ...world, lives: { ...world.lives, [component]: { ...life, timers } } }
}

/** A world as properties see it. */
export const viewOf = (world: World): View => {
  const lifeOf = (name: string) => {
    const life = world.lives[name]
    return life?.isUp === true ? life : undefined
  }
  return {
    of: ({ name }) => trusted(lifeOf(name)?.state),
    messages: ({ name }) => world.channels[name] ?? [],
    timers: ({ name }) => lifeOf(name)?.timers ?? [],
    resource: ({ name }) => trusted(world.resources[name]),
    inFlight: ({ name }) => world.flights[name] ?? [],
    isDown: ({ name }) => world.isDown[name] === true,
    faultsLeft: (fault) => world.faults[fault] ?? 0,
    history: () => trusted(world.history)
  }
}
