import { expect, test, vi } from "vitest"
import { StateGraph } from "../../../packages/checker/src/liveness/StateGraph.ts"
import { IntList } from "../../../packages/checker/src/values/IntList.ts"
import { BitstateSet } from "../../../packages/checker/src/visited/BitstateSet.ts"
import { CompactSet } from "../../../packages/checker/src/visited/CompactSet.ts"
import { ExactSet } from "../../../packages/checker/src/visited/ExactSet.ts"
import { type Allocate, allocateAvailable, OutOfMemory } from "../../../packages/checker/src/visited/memory.ts"
import { VectorQueue } from "../../../packages/checker/src/visited/VectorQueue.ts"
import type { Visited } from "../../../packages/checker/src/visited/Visited.ts"

/** Memory of so many bytes in all. */
const limited = (bytes: number): Allocate => {
  let left = bytes
  return (words) => {
    left -= 4 * words
    if (left < 0) throw new RangeError("Array buffer allocation failed")
    return new Int32Array(words)
  }
}

const failureOf = (act: () => void): unknown => {
  try {
    act()
  } catch (error) {
    return error
  }
  return null
}

const forever = (add: (state: Int32Array) => unknown) => (): void => {
  for (let index = 0; ; index += 1) add(Int32Array.of(index, 7))
}

const addForever = (set: Visited) => forever((state) => set.add(state))

test("V3 an exact set out of memory says how much it holds and what to do, and keeps its states", () => {
  const set = new ExactSet(2, { allocate: limited(2_000_000) })
  const failure = failureOf(addForever(set))
  expect(failure).toBeInstanceOf(OutOfMemory)
  expect(failure).toMatchObject({ name: "OutOfMemory", states: set.count, bytes: set.bytes })
  expect(String(failure)).toContain(`the exact visited set holds ${set.count} states in ${set.bytes} bytes`)
  for (const remedy of ["compact", "System.bounds", "System.symmetric"]) expect(String(failure)).toContain(remedy)
  expect(set.bytes).toBeLessThanOrEqual(2_000_000)
  const into = new Int32Array(2)
  for (const index of [0, 999, set.count - 1]) {
    set.load(index, into)
    expect([...into]).toEqual([index, 7])
    expect(set.add(into)).toBe(~index)
  }
})

test("V3 it fails again, and not otherwise, when it is asked once more", () => {
  const set = new ExactSet(2, { allocate: limited(300_000) })
  failureOf(addForever(set))
  const count = set.count
  expect(failureOf(() => set.add(Int32Array.of(-1, -1)))).toBeInstanceOf(OutOfMemory)
  expect(set.count).toBe(count)
})

test("V3 a compact set, a bitstate set and a frontier tell it too", () => {
  const allocate = limited(1_000_000)
  expect(String(failureOf(addForever(new CompactSet({ allocate }))))).toContain("the compact visited set holds")
  expect(String(failureOf(() => new BitstateSet({ bits: 2 ** 24, allocate })))).toContain("the bitstate visited set")
  const queue = new VectorQueue(2, { allocate })
  expect(String(failureOf(forever((state) => queue.push(state))))).toContain("the frontier holds")
})

test("another failure of an allocation is not called a lack of memory", () => {
  const allocate = () => {
    throw new TypeError("broken")
  }
  expect(failureOf(() => new ExactSet(2, { allocate }))).toBeInstanceOf(TypeError)
})

test("asking for more than the machine has fails before the operating system has to kill the process", () => {
  expect(() => allocateAvailable(Math.floor(process.availableMemory() / 4) + 1)).toThrow(RangeError)
  expect(allocateAvailable(1000)).toHaveLength(1000)
})

test("a list that cannot grow says which one it is, and keeps what it holds", () => {
  const list = new IntList({ holder: "list of predecessors", allocate: limited(10_000) })
  const failure = failureOf(() => {
    for (let item = 0; ; item += 1) list.push(item)
  })
  expect(failure).toBeInstanceOf(OutOfMemory)
  expect(String(failure)).toContain("the list of predecessors holds 1024 entries in 4096 bytes")
  expect([list.length, list.at(1023)]).toEqual([1024, 1023])
})

test("a graph that cannot grow says so", () => {
  const graph = new StateGraph()
  vi.spyOn(process, "availableMemory").mockReturnValue(0)
  const failure = failureOf(() => {
    graph.beginState(0)
    for (;;) graph.addEdge(0, 0)
  })
  vi.restoreAllMocks()
  expect(failure).toBeInstanceOf(OutOfMemory)
  expect(String(failure)).toContain("the graph for `leadsTo` holds")
})
