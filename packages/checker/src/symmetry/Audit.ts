/**
 * Chooses the states of a search, and the exchanges, with which equivariance is checked.
 *
 * A1 The first states, and every state whose exploration needed a step that had not been computed yet: with every exchange
 *    of two members and a shuffle of all. What a step does is the same in every state, so few states hold them all.
 * A2 64 out of every doubling of the number of states: with one exchange and a shuffle.
 */
import type { StateVector } from "../engine/Engine.ts"
import type { SystemEngine } from "../engine/SystemEngine.ts"
import type { Equivariance } from "./Equivariance.ts"
import type { Permutation, Permutations } from "./Permutations.ts"

export class Audit {
  readonly exchanges: ReadonlyArray<Permutation>
  readonly #engine: SystemEngine
  readonly #permutations: Permutations
  readonly #equivariance: Equivariance
  readonly #state: Int32Array
  #ordinal = -1
  #steps = 0
  #seed = 0x2545f491

  constructor(engine: SystemEngine, permutations: Permutations, equivariance: Equivariance) {
    this.#engine = engine
    this.#permutations = permutations
    this.#equivariance = equivariance
    this.#state = new Int32Array(engine.width)
    this.exchanges = permutations.members.groups.flatMap(({ first, names }) =>
      names.flatMap((_, one) => names.slice(0, one).map((_, two) => permutations.exchange(first + one, first + two)))
    )
  }

  /** The state is explored next. */
  enter(state: StateVector, ordinal: number): void {
    this.#state.set(state)
    this.#ordinal = ordinal
    this.#steps = this.#engine.stepCount()
  }

  /** The state that was entered last has been explored. Fails: throws `NotSymmetric`. */
  leave(): void {
    if (this.#ordinal < 0) return
    if (this.#ordinal < firstStates || this.#engine.stepCount() > this.#steps) this.thoroughly(this.#state)
    else if (isSampled(this.#ordinal)) {
      this.#equivariance.check(this.#state, this.#drawnExchange())
      this.#equivariance.check(this.#state, this.#shuffle())
    }
    this.#ordinal = -1
  }

  /** Fails: throws `NotSymmetric`. */
  thoroughly(state: StateVector): void {
    for (const exchange of this.exchanges) this.#equivariance.check(state, exchange)
    this.#equivariance.check(state, this.#shuffle())
  }

  #drawnExchange(): Permutation {
    return this.exchanges[this.#below(this.exchanges.length)] ?? this.#permutations.identity
  }

  #shuffle(): Permutation {
    const to = Int32Array.from(this.#permutations.identity.to)
    for (const { first, names } of this.#permutations.members.groups) {
      for (let at = names.length - 1; at > 0; at--) {
        const other = first + this.#below(at + 1)
        const held = to[first + at] ?? 0
        to[first + at] = to[other] ?? 0
        to[other] = held
      }
    }
    return this.#permutations.of(to)
  }

  /** The same numbers in every run. */
  #below(limit: number): number {
    this.#seed = (Math.imul(this.#seed, 0x41c64e6d) + 12345) >>> 0
    return Math.floor((this.#seed / 2 ** 32) * limit)
  }
}

const firstStates = 64

const isSampled = (ordinal: number): boolean => (ordinal & ((1 << Math.max(0, 25 - Math.clz32(ordinal))) - 1)) === 0
