/**
 * The words of a state under permutations, each computed once.
 *
 * W1 An exchange made twice changes nothing, checked on every word: otherwise no state could stand for its orbit.
 */
import type { Slot } from "../engine/Engine.ts"
import type { SystemEngine } from "../engine/SystemEngine.ts"
import { describeValue } from "../values/describeValue.ts"
import type { Interner } from "../values/Interner.ts"
import { PairTable } from "../values/PairTable.ts"
import { NotSymmetric } from "./NotSymmetric.ts"
import type { Permutation, Permutations } from "./Permutations.ts"
import type { Renamings } from "./Renamings.ts"

/** The id that a word has at the place to which it moves. */
type Move = (id: number, target: number, permutation: Permutation) => number

export class Words {
  readonly #engine: SystemEngine
  readonly #permutations: Permutations
  readonly #renamings: Renamings
  readonly #moves: ReadonlyArray<Move>
  /** By word of the state: its id and the permutation lead to the id at the place to which it moves. */
  readonly #renamed: ReadonlyArray<PairTable>

  constructor(engine: SystemEngine, permutations: Permutations, renamings: Renamings) {
    this.#engine = engine
    this.#permutations = permutations
    this.#renamings = renamings
    this.#moves = engine.slots.map((slot, index) => this.#moveOf(index, slot))
    this.#renamed = engine.slots.map(() => new PairTable())
  }

  /** The id that a word has at the place to which the permutation moves it. HOT */
  renamed(slot: number, id: number, permutation: Permutation): number {
    const known = this.#renamed[slot]?.get(id, permutation.index) ?? -1
    return known >= 0 ? known : this.#learn(slot, id, permutation)
  }

  /** The whole state under the permutation. */
  rename(state: Int32Array, permutation: Permutation): Int32Array<ArrayBuffer> {
    const renamed = new Int32Array(state.length)
    for (const [slot, id] of state.entries()) {
      renamed[permutation.targetOf[slot] ?? 0] = this.renamed(slot, id, permutation)
    }
    return renamed
  }

  /** Values are renamed by exchanges only, of which there are few; other permutations are exchanges one after another. */
  #learn(slot: number, id: number, permutation: Permutation): number {
    const { first, rest } = this.#permutations.split(permutation)
    const renamed =
      rest === this.#permutations.identity
        ? this.#exchanged(slot, id, first)
        : this.renamed(first.targetOf[slot] ?? 0, this.renamed(slot, id, first), rest)
    this.#renamed[slot]?.add(id, permutation.index, renamed)
    return renamed
  }

  #exchanged(slot: number, id: number, exchange: Permutation): number {
    const target = exchange.targetOf[slot] ?? 0
    const renamed = (this.#moves[slot] ?? stay)(id, target, exchange)
    const back = (this.#moves[target] ?? stay)(renamed, slot, exchange)
    if (back !== id) throw this.#notInvertible(slot, id, exchange)
    if (target === slot && renamed === id) return renamed
    this.#renamed[target]?.add(renamed, exchange.index, id)
    return renamed
  }

  #moveOf(slot: number, { kind }: Slot): Move {
    const { history } = this.#engine.tables
    switch (kind) {
      case "component":
        return this.#lifeMove(slot)
      case "channel":
        return this.#channelMove(slot)
      case "resource":
        return this.#resourceMove(slot)
      case "operations":
        return this.#operationsMove(slot)
      case "history":
        return (id, _, permutation) => this.#value(history.states, id, history.states, permutation)
      case "unit":
      case "budget":
      case "stimulus":
        return stay
    }
  }

  #lifeMove(slot: number): Move {
    const { components } = this.#engine.tables
    return (id, target, permutation) => {
      const life = components[slot]?.lives.get(id)
      const table = components[target]
      if (life === undefined || table === undefined) return id
      const value = this.#renamings.of(permutation, table.component.machines)
      if (!life.isRunning) return table.intern({ ...life, durable: value(life.durable) })
      const timers = life.timers.map((timer) => this.#renamings.words(timer, permutation)).sort()
      return table.intern({ ...life, state: value(life.state), timers })
    }
  }

  #channelMove(slot: number): Move {
    const { channels, layout, interners } = this.#engine.tables
    const { messages } = interners
    const known = new PairTable()
    return (id, target, permutation) => {
      const rename = remembered(known, permutation, (message) => this.#value(messages, message, messages, permutation))
      const content = channels[slot - layout.channelsAt]?.contentOf(id) ?? []
      return channels[target - layout.channelsAt]?.intern(content.map(rename)) ?? id
    }
  }

  #resourceMove(slot: number): Move {
    const { resources, layout } = this.#engine.tables
    return (id, target, permutation) => {
      const [from, to] = [resources[slot - layout.resourcesAt], resources[target - layout.resourcesAt]]
      return from === undefined || to === undefined ? id : this.#value(from.states, id, to.states, permutation)
    }
  }

  #operationsMove(slot: number): Move {
    const { resources, layout, interners } = this.#engine.tables
    const { flights } = interners
    const known = new PairTable()
    return (id, target, permutation) => {
      const rename = remembered(known, permutation, (flight) => {
        const { operation, from } = flights.get(flight)
        const asker = from === null ? null : this.#renamings.words(from, permutation)
        return flights.id({ operation: this.#renamings.of(permutation)(operation), from: asker })
      })
      const bag = resources[slot - layout.operationsAt]?.bagOf(id) ?? []
      return resources[target - layout.operationsAt]?.intern(bag.map(rename)) ?? id
    }
  }

  #value<T>(from: Interner<T>, id: number, to: Interner<T>, permutation: Permutation): number {
    return to.id(this.#renamings.of(permutation)(from.get(id)))
  }

  #notInvertible(slot: number, id: number, permutation: Permutation): NotSymmetric {
    const { kind, name } = this.#engine.slots[slot] ?? { kind: "word", name: String(slot) }
    const value = describeValue(this.#engine.valueOf(slot, id))
    return new NotSymmetric(
      `With ${this.#permutations.describe(permutation)}, and back again, ${kind} ${name} is not what it was: ${value}. ` +
        "An array of ascending strings is taken for a set; where its order means something, say with `rename` of the " +
        'system how it is exchanged, or take the names out of "symmetric".'
    )
  }
}

const stay: Move = (id) => id

const remembered =
  (known: PairTable, { index }: Permutation, compute: (id: number) => number) =>
  (id: number): number => {
    const found = known.get(id, index)
    if (found >= 0) return found
    const computed = compute(id)
    known.add(id, index, computed)
    return computed
  }
