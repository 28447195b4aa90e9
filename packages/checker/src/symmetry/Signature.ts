/**
 * What a state says of each member: a number that stays with the member when names are exchanged.
 *
 * G1 Each word of the state adds a hash of what it says, read as the member reads it: its own name is "self", every other
 *    name of a group is "one of them". Words add up, so their order does not count.
 * G2 Equal numbers mean nothing; different numbers mean that no exchange leads from one member to the other.
 */
import type { SystemEngine } from "../engine/SystemEngine.ts"
import { spread } from "../visited/hash.ts"
import type { Renamings } from "./Renamings.ts"
import { type Reader, readAll, readText } from "./readText.ts"

export interface Signature {
  /** One number per member. HOT */
  readonly read: (state: Int32Array, into: Int32Array) => void
}

export class WordSignature implements Signature {
  readonly #engine: SystemEngine
  readonly #renamings: Renamings
  /** By word and id: what is added for each member; null if it tells no members apart. */
  readonly #known: ReadonlyArray<Array<Int32Array | null | undefined>>

  constructor(engine: SystemEngine, renamings: Renamings) {
    this.#engine = engine
    this.#renamings = renamings
    this.#known = engine.slots.map(() => [])
  }

  read(state: Int32Array, into: Int32Array): void {
    into.fill(0)
    for (let slot = 0; slot < state.length; slot++) {
      const id = state[slot] ?? 0
      const known = this.#known[slot]?.[id]
      const said = known === undefined ? this.#learn(slot, id) : known
      if (said === null) continue
      for (let member = 0; member < into.length; member++) {
        into[member] = (into[member] ?? 0) + (said[member] ?? 0)
      }
    }
  }

  #learn(slot: number, id: number): Int32Array | null {
    const said = this.#compute(slot, id)
    const known = this.#known[slot]
    if (known !== undefined) known[id] = said
    return said
  }

  #compute(slot: number, id: number): Int32Array | null {
    const { groups, all } = this.#renamings.members
    let isNamed = false
    const note = (): void => {
      isNamed = true
    }
    const first = this.#hash(slot, id, 0, note)
    if (!isNamed) return null
    const said = Int32Array.from(all, (_, member) => (member === 0 ? first : this.#hash(slot, id, member, note)))
    const tellsApart = groups.some((group) => group.names.some((_, at) => said[group.first + at] !== said[group.first]))
    return tellsApart ? said : null
  }

  #hash(slot: number, id: number, member: number, note: () => void): number {
    const { members, rename } = this.#renamings
    const wordFor = (other: number): string => {
      note()
      return other === member ? "\u0001" : `\u0002${members.groupOf[other] ?? 0}`
    }
    const words = (text: string): string => members.replaceWords(text, wordFor)
    const reader: Reader = { text: (text) => this.#renamings.text(text, wordFor), words, rename }
    const { kind, name } = this.#engine.slots[slot] ?? { kind: "word", name: "" }
    return hashText(`${kind} ${words(name)} ${this.#textOf(slot, id, reader)}`)
  }

  #textOf(slot: number, id: number, reader: Reader): string {
    const { layout, components, channels, resources } = this.#engine.tables
    switch (layout.slots[slot]?.kind) {
      case "component": {
        const life = components[slot]?.lives.get(id)
        if (life?.isRunning !== true) return `down ${readText(life?.durable, reader)}`
        return `${readText(life.state, reader)} ${life.timers.map(reader.words).sort().join()}`
      }
      case "channel": {
        const table = channels[slot - layout.channelsAt]
        return readAll(table?.messagesOf(id) ?? [], table?.channel.kind === "fifo", reader)
      }
      case "operations": {
        const table = resources[slot - layout.operationsAt]
        return readAll(table?.flightsOf(id) ?? [], table?.resource.isOrdered === true, reader)
      }
      default:
        return readText(this.#engine.valueOf(slot, id), reader)
    }
  }
}

const hashText = (text: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return spread(hash)
}
