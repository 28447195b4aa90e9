import { describe, expect, it } from "vitest"
import type { FairClasses } from "../../../packages/checker/src/liveness/fairnessRules.ts"
import { findLasso, type Lasso } from "../../../packages/checker/src/liveness/findLasso.ts"
import { AnyClass, StateGraph } from "../../../packages/checker/src/liveness/StateGraph.ts"
import { stateGraph } from "./randomGraphs.ts"

/** Edges as `source target kind`; a target of null is cut off, and so is a kind of null. */
const graphOf = (
  states: number,
  ...edges: ReadonlyArray<readonly [source: number, target: number | null, kind: number | null]>
): StateGraph => stateGraph({ states, edges: edges.map(([source, target, kind]) => ({ source, target, kind })) })

const weak = (kind: number): FairClasses => ({ strength: "weak", classes: (index) => index === kind })
const strong = (kind: number): FairClasses => ({ strength: "strong", classes: (index) => index === kind })

/** Whether the initial state leads to the last one. */
const search = (graph: StateGraph, ...fairness: ReadonlyArray<FairClasses>): Lasso | null =>
  findLasso(graph, { from: (state) => state === 0, to: (state) => state === graph.rows().states - 1, fairness })

const go = 0
const serve = 1
const beside = 2

describe("findLasso", () => {
  it("F1 lets a system stay where nothing fair is enabled, though something else is", () => {
    const graph = graphOf(2, [0, 1, go])
    expect(search(graph)).toEqual({ stem: [], since: 0, entry: 0, loop: [] })
    expect(search(graph, weak(serve))).toEqual({ stem: [], since: 0, entry: 0, loop: [] })
    expect(search(graph, weak(go))).toBeNull()
  })

  it("F1 finds the state in which nothing can happen any more", () => {
    const graph = graphOf(3, [0, 1, go], [0, 2, serve])
    expect(search(graph, weak(go), weak(serve))).toEqual({
      stem: [{ state: 0, edge: 0 }],
      since: 0,
      entry: 1,
      loop: []
    })
  })

  it("F2 takes a self-loop for stuttering: it enables nothing", () => {
    expect(search(graphOf(2, [0, 0, go]), weak(go), strong(go))).toMatchObject({ entry: 0, loop: [] })
  })

  it("F2 takes a self-loop for stuttering: going round it does not take its action", () => {
    expect(search(graphOf(2, [0, 0, go], [0, 1, go]), weak(go))).toBeNull()
  })

  it("F4 F5 an action that comes and goes must happen if it is strongly fair, not if it is weakly fair", () => {
    const graph = graphOf(3, [0, 1, go], [1, 0, go], [1, 2, serve])
    expect(search(graph, weak(go), weak(serve))).toEqual({
      stem: [],
      since: 0,
      entry: 0,
      loop: [
        { state: 0, edge: 0 },
        { state: 1, edge: 0 }
      ]
    })
    expect(search(graph, weak(go), strong(serve))).toBeNull()
  })

  it("F5 goes round without the states that enable what a loop must not ignore", () => {
    const graph = graphOf(4, [0, 1, go], [1, 0, go], [1, 2, go], [2, 1, go], [2, 3, serve])
    expect(search(graph, weak(go), strong(serve))?.loop).toEqual([
      { state: 0, edge: 0 },
      { state: 1, edge: 0 }
    ])
  })

  it("F5 what one component has to avoid, another one may go through", () => {
    const pay = 3
    const behind = [
      [3, 4, go],
      [4, 3, go],
      [4, null, serve]
    ] as const
    const before = [
      [0, 1, serve],
      [1, 0, go],
      [1, 2, go],
      [2, 1, go],
      [2, null, pay],
      [0, 3, beside]
    ] as const
    const lasso = search(graphOf(6, ...before, ...behind), weak(go), strong(serve), strong(pay))
    expect(lasso?.loop).toEqual([
      { state: 0, edge: 0 },
      { state: 1, edge: 0 }
    ])
  })

  it("F5 a loop may pass where a strongly fair action is enabled if it also takes it", () => {
    const graph = graphOf(4, [0, 1, go], [1, 0, go], [1, 2, serve], [2, 0, go], [2, 3, beside])
    const lasso = search(graph, weak(go), strong(serve))
    expect(lasso?.loop).toEqual([
      { state: 0, edge: 0 },
      { state: 1, edge: 1 },
      { state: 2, edge: 0 }
    ])
  })

  it("has one condition for each class, not one for all of a set", () => {
    const graph = graphOf(3, [0, 1, go], [1, 0, go], [0, 2, serve], [1, 2, serve])
    expect(search(graph, { strength: "weak", classes: () => true })).toBeNull()
  })

  it("G2 a class that only cut-off edges enable is enabled and not taken", () => {
    expect(search(graphOf(2, [0, null, go]), weak(go))).toBeNull()
    expect(search(graphOf(2, [0, null, go]), weak(serve))).toMatchObject({ entry: 0, loop: [] })
    expect(search(graphOf(3, [0, 1, go], [1, 0, go], [0, null, serve], [1, null, serve]), weak(serve))).toBeNull()
    expect(search(graphOf(3, [0, 1, go], [1, 0, go], [1, null, serve]), weak(go), strong(serve))).toBeNull()
  })

  it("G2 a state that is cut off as a whole is no terminal one, whatever is fair", () => {
    expect(search(graphOf(2, [0, null, null]), weak(serve))).toBeNull()
    expect(search(graphOf(2, [0, null, null]))).toMatchObject({ entry: 0, loop: [] })
  })

  it("G2 a state that was found and never begun is outside of the graph", () => {
    const graph = new StateGraph()
    graph.beginState(0)
    graph.addEdge(7, go)
    const question = { from: () => true, to: () => false }
    expect(findLasso(graph, { ...question, fairness: [weak(go)] })).toBeNull()
    expect(findLasso(graph, { ...question, fairness: [weak(serve)] })).toMatchObject({ stem: [], loop: [] })
  })

  it("owes nothing where `from` and `to` hold together, nor in states that are not reached", () => {
    const graph = graphOf(3, [0, 1, go], [2, 2, go])
    expect(findLasso(graph, { from: (state) => state > 0, to: (state) => state === 1, fairness: [] })).toBeNull()
  })

  it("tells since when something is owed, though the path goes on", () => {
    const graph = graphOf(4, [0, 1, go], [1, 2, go], [2, 3, go])
    const question = { from: (state: number) => state === 1, to: () => false, fairness: [weak(go)] }
    expect(findLasso(graph, question)).toMatchObject({ since: 1, entry: 3, loop: [] })
  })

  it("answers for an empty graph", () => {
    expect(findLasso(new StateGraph(), { from: () => true, to: () => false, fairness: [] })).toBeNull()
  })

  it("decides a path and a cycle of 200,000 states each without recursion", () => {
    const length = 200_000
    const graph = new StateGraph()
    for (let state = 0; state < 2 * length; state += 1) {
      graph.beginState(state)
      graph.addEdge(state + 1 === 2 * length ? length : state + 1, go)
    }
    const question = { from: (state: number) => state === 0, fairness: [weak(go)] }
    const lasso = findLasso(graph, { ...question, to: () => false })
    expect(lasso).toMatchObject({ entry: length, since: 0 })
    expect([lasso?.stem.length, lasso?.loop.length]).toEqual([length, length])
    expect(findLasso(graph, { ...question, to: (state) => state === 2 * length - 1 })).toBeNull()
  })

  it("goes on after a long chain of states that have to be avoided one after the other", () => {
    const kinds = 300
    const edges = Array.from({ length: kinds }, (_, kind) => [
      [kind, kind + 1, kinds] as const,
      [kind + 1, kind, kinds] as const,
      [kind, null, kind] as const
    ])
    const graph = graphOf(kinds + 2, ...edges.flat())
    const fairness = Array.from({ length: kinds }, (_, kind) => strong(kind))
    expect(search(graph, ...fairness)).toMatchObject({ entry: kinds, loop: [] })
    expect(search(graph, ...fairness, weak(kinds))).toBeNull()
  })
})

describe("StateGraph", () => {
  it("wants states in the order of their indexes", () => {
    const graph = new StateGraph()
    graph.beginState(0)
    expect(() => graph.beginState(2)).toThrow("state graph: state 2 was begun, but the next one is 1")
  })

  it("refuses more classes of actions than it can tell apart", () => {
    const graph = new StateGraph()
    graph.beginState(0)
    expect(() => graph.addEdge(0, AnyClass)).toThrow("action class 65535 is one of more than 65535")
  })

  it("G1 keeps every edge in its place while it grows", () => {
    const graph = new StateGraph()
    for (let state = 0; state < 5_000; state += 1) {
      graph.beginState(state)
      for (let edge = 0; edge < state % 7; edge += 1) graph.addEdge(state + edge, edge)
    }
    const { states, edges, classCount, offsets, targets, classes } = graph.rows()
    expect([states, edges, classCount]).toEqual([5_000, offsets[5_000], 6])
    for (let state = 0; state < states; state += 1) {
      const [start, end] = [offsets[state] ?? 0, offsets[state + 1] ?? 0]
      const expected = Array.from({ length: state % 7 }, (_, edge) => edge)
      expect([...targets.subarray(start, end)]).toEqual(expected.map((edge) => state + edge))
      expect([...classes.subarray(start, end)]).toEqual(expected)
    }
  })
})
