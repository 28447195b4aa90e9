/**
 * The explored part of a state space as a graph: compressed sparse rows in typed arrays that grow while a search fills
 * them, state by state in the order of their indexes. State 0 is the initial one.
 *
 * G1 An edge keeps its place among the edges of its state, cut-off ones included: the `edge` of a path is the number of
 *    the call, so that a search may find the action again by counting successors.
 * G2 An edge that leads out of the graph (cut off, or to a state that was never begun) is known by its class only: there
 *    its action is enabled, and what comes of taking it is unknown.
 */
import { orOutOfMemory, refuseUnavailable } from "../visited/memory.ts"

/** The finished arrays: the edges of state `s` are those from `offsets[s]` up to `offsets[s + 1]`. */
export interface Rows {
  readonly states: number
  readonly edges: number
  /** One more than the highest class index in use. */
  readonly classCount: number
  readonly offsets: Uint32Array
  /** {@link Outside} where the edge was cut off. */
  readonly targets: Int32Array
  /** {@link AnyClass} where a state was cut off as a whole. */
  readonly classes: Uint16Array
}

/** Target of an edge that was cut off. */
const Outside = -1

/** Class of a cut-off edge of which nothing is known: any action may be enabled there. */
export const AnyClass = 0xffff

/** Whether the target of an edge is a state of a graph with so many states (the edges of which are known). */
export const isInside = (states: number, target: number): boolean => target >= 0 && target < states

export class StateGraph {
  #offsets = new Uint32Array(1024)
  #targets = new Int32Array(4096)
  #classes = new Uint16Array(4096)
  #states = 0
  #edges = 0
  #classCount = 0

  /** Begins the edges of the next state. */
  beginState(state: number): void {
    if (state !== this.#states) {
      throw new RangeError(
        `state graph: state ${state} was begun, but the next one is ${this.#states}; begin states in the order of their indexes`
      )
    }
    if (this.#states + 2 > this.#offsets.length) {
      this.#offsets = this.#grown(this.#offsets, (length) => new Uint32Array(length))
    }
    this.#offsets[this.#states] = this.#edges
    this.#states += 1
  }

  /** Adds an edge to the state begun last. */
  addEdge(target: number, classIndex: number): void {
    if (classIndex >= AnyClass) {
      throw new RangeError(
        `state graph: action class ${classIndex} is one of more than ${AnyClass}; name channels, timers and events of the system by what they are for, not by what they carry`
      )
    }
    if (classIndex >= this.#classCount) this.#classCount = classIndex + 1
    this.#append(target, classIndex)
  }

  /**
   * Tells that the state begun last has more edges than the graph: one of this class, or, without a class, any. A class
   * that is enabled by cut-off edges only counts as enabled and not taken, so no counterexample stays there in its
   * despite, and none is found beyond.
   */
  markCutOff(classIndex?: number): void {
    if (classIndex === undefined) this.#append(Outside, AnyClass)
    else this.addEdge(Outside, classIndex)
  }

  /** The arrays as they are now; they are valid until the next edge is added. */
  rows(): Rows {
    this.#offsets[this.#states] = this.#edges
    return {
      states: this.#states,
      edges: this.#edges,
      classCount: this.#classCount,
      offsets: this.#offsets,
      targets: this.#targets,
      classes: this.#classes
    }
  }

  #append(target: number, classIndex: number): void {
    if (this.#edges === this.#targets.length) {
      this.#targets = this.#grown(this.#targets, (length) => new Int32Array(length))
      this.#classes = this.#grown(this.#classes, (length) => new Uint16Array(length))
    }
    this.#targets[this.#edges] = target
    this.#classes[this.#edges] = classIndex
    this.#edges += 1
  }

  /** Twice as long. Fails: `OutOfMemory`. */
  #grown<A extends Uint32Array | Int32Array | Uint16Array>(old: A, make: (length: number) => A): A {
    const wanted = 2 * old.byteLength
    const bytes = this.#offsets.byteLength + this.#targets.byteLength + this.#classes.byteLength
    const of = { holder: "graph for `leadsTo`", states: this.#edges, unit: "edges", bytes }
    const larger = orOutOfMemory(wanted, of, () => {
      refuseUnavailable(wanted)
      return make(old.length * 2)
    })
    larger.set(old)
    return larger
  }
}
