/**
 * Lists of effects, compiled to integers: what a remembered step does to the rest of the vector.
 *
 * P1 Equal lists are one program; program 0 does nothing.
 */
import type { Effect, Message } from "../system/Effect.ts"
import { describeValue } from "../values/describeValue.ts"
import type { Interner } from "../values/Interner.ts"
import { IntList } from "../values/IntList.ts"
import { ModelError } from "./errors.ts"
import type { Layout } from "./Layout.ts"
import { checkedEffects, checkedMessage } from "./wellFormed.ts"

export const opcode = { send: 1, request: 2, start: 3, stop: 4, clear: 5, note: 6 } as const

/** An operation in flight: who waits for it, or null. */
export interface Flight {
  readonly operation: unknown
  readonly from: string | null
}

export interface Interners {
  readonly messages: Interner<Message>
  readonly flights: Interner<Flight>
  readonly inputs: Interner<unknown>
  readonly facts: Interner<unknown>
}

export class Programs {
  readonly #layout: Layout
  readonly #interners: Interners
  readonly #hasHistory: boolean
  readonly #code = new IntList()
  readonly #ids = new Map<string, number>()

  constructor(layout: Layout, interners: Interners) {
    this.#layout = layout
    this.#interners = interners
    this.#hasHistory = layout.historyAt < layout.slots.length
    this.#code.push(0)
    this.#ids.set("", 0)
  }

  /** How many instructions follow at `program + 1`, three integers each. HOT */
  lengthOf(program: number): number {
    return this.#code.at(program)
  }

  /** HOT */
  at(index: number): number {
    return this.#code.at(index)
  }

  /** The program of some effects. `from` asks for them: a component's name, or null for the environment. */
  compile(effects: ReadonlyArray<Effect>, from: string | null, where: string): number {
    const instructions = checkedEffects(effects, where).flatMap((effect) => this.#instruction(effect, from, where))
    const key = instructions.join()
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    const program = this.#code.length
    this.#code.push(instructions.length / 3)
    for (const word of instructions) this.#code.push(word)
    this.#ids.set(key, program)
    return program
  }

  #instruction(effect: Effect, from: string | null, where: string): ReadonlyArray<number> {
    const { components, channels, resources } = this.#layout
    const { messages, flights, inputs, facts } = this.#interners
    switch (effect._tag) {
      case "Send":
        return [
          opcode.send,
          channels.indexOf(effect.channel, where),
          messages.id(checkedMessage(effect.message, where))
        ]
      case "Request":
        return [
          opcode.request,
          resources.indexOf(effect.resource, where),
          flights.id({ operation: effect.operation, from })
        ]
      case "Start":
        return [opcode.start, components.indexOf(effect.component, where), inputs.id(effect.input)]
      case "Stop":
        return [opcode.stop, components.indexOf(effect.component, where), 0]
      case "Clear":
        return [opcode.clear, channels.indexOf(effect.channel, where), 0]
      case "Note":
        return this.#hasHistory ? [opcode.note, facts.id(effect.fact), 0] : []
      case "SetTimer":
      case "CancelTimer":
        throw new ModelError(`${where} asks for ${effect._tag} of "${effect.timer}"; only components have timers.`)
      default:
        throw new ModelError(`${where} asks for an effect that there is not: ${describeValue(effect)}.`)
    }
  }
}
