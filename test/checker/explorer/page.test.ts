import { describe, expect, it } from "vitest"
import { createMachine } from "xstate"
import { chartOf } from "../../../packages/checker/src/explorer/chart.ts"
import { type Box, layOutChart } from "../../../packages/checker/src/explorer/page/chartLayout.ts"
import { formatRoute, parseRoute, startsWith } from "../../../packages/checker/src/explorer/page/route.ts"
import { messageText, valueText } from "../../../packages/checker/src/explorer/page/valueText.ts"

const nested = createMachine({
  id: "player",
  initial: "off",
  on: { PANIC: ".off" },
  states: {
    off: { on: { ON: "on" } },
    on: {
      type: "parallel",
      on: { OFF: "off", LOUDER: {} },
      states: {
        sound: { initial: "quiet", states: { quiet: { on: { UP: "loud" } }, loud: { on: { DOWN: "quiet" } } } },
        light: { initial: "dark", states: { dark: { on: { LIT: ["bright"] } }, bright: { type: "final" } } }
      }
    }
  }
})

const layout = layOutChart(chartOf(nested))
const byId = new Map(layout.boxes.map((box) => [box.node.id, box]))

const isInside = (inner: Box, outer: Box): boolean =>
  inner.x > outer.x &&
  inner.y > outer.y &&
  inner.x + inner.width < outer.x + outer.width &&
  inner.y + inner.height < outer.y + outer.height

const areApart = (a: Box, b: Box): boolean => a.y + a.height <= b.y || b.y + b.height <= a.y

const fits = ({ height, width, x, y }: Box): boolean =>
  x >= 0 && y >= 0 && x + width <= layout.width && y + height <= layout.height

describe("the layout of a chart", () => {
  it("puts states inside of their parents, and siblings apart", () => {
    expect(layout.boxes).toHaveLength(9)
    for (const box of layout.boxes) {
      expect(fits(box), box.node.id).toBe(true)
      const children = box.node.children.flatMap(({ id }) => byId.get(id) ?? [])
      expect(children).toHaveLength(box.node.children.length)
      for (const [at, child] of children.entries()) {
        expect(isInside(child, box), child.node.id).toBe(true)
        for (const other of children.slice(at + 1)) expect(areApart(child, other)).toBe(true)
      }
    }
  })

  it("writes every transition between its state's title and its first child", () => {
    expect(layout.rows.map(({ text }) => text)).toEqual([
      "PANIC → off",
      "ON → on",
      "OFF → off",
      "LOUDER",
      "UP → loud",
      "DOWN → quiet",
      "LIT → bright"
    ])
    for (const box of layout.boxes) {
      const first = box.node.children.flatMap(({ id }) => byId.get(id) ?? [])[0]
      for (const { id } of box.node.transitions) {
        const row = layout.rows.find(({ transition }) => transition.id === id)
        expect(row?.y).toBeGreaterThan(box.y)
        expect(row?.y).toBeLessThan(first?.y ?? box.y + box.height)
      }
    }
  })

  it("leads each arrow to its target's edge, through a lane that no arrow to another state shares", () => {
    const lanes = new Map<number, Array<{ readonly target: string; readonly from: number; readonly to: number }>>()
    for (const { transition, targets } of layout.rows.map(({ transition: { id, targets } }) => ({
      transition: id,
      targets
    }))) {
      const arrows = layout.arrows.filter((arrow) => arrow.transition === transition)
      expect(arrows).toHaveLength(targets.length)
      for (const [at, { points }] of arrows.entries()) {
        const target = targets[at] ?? ""
        const box = byId.get(target)
        const [, [lane, start] = [0, 0], [, end] = [0, 0], tip] = points
        expect(tip?.[0]).toBe((box?.x ?? 0) + (box?.width ?? 0))
        expect(lane).toBeLessThan(layout.width)
        const span = { target, from: Math.min(start, end), to: Math.max(start, end) }
        const others = lanes.get(lane) ?? []
        expect(
          others.filter((other) => other.target !== target && other.from <= span.to && span.from <= other.to)
        ).toEqual([])
        lanes.set(lane, [...others, span])
      }
    }
  })
})

describe("the page's address", () => {
  it("names a system and a path, and is read back as it was written", () => {
    for (const route of [
      { system: "checkout", path: [] },
      { system: "two words / 50 % ü", path: [0, 12, 3] }
    ]) {
      expect(parseRoute(formatRoute(route))).toEqual(route)
    }
    expect(formatRoute({ system: "lock", path: [1, 0] })).toBe("#/lock/1.0")
    expect(parseRoute("#/lock")).toEqual({ system: "lock", path: [] })
    for (const wrong of ["", "#", "#/", "#/lock/1..2", "#/lock/1.x", "#/lock/1/2", "#/%E0%A4%A/1"]) {
      expect(parseRoute(wrong), wrong).toBeNull()
    }
  })

  it("knows which paths begin with another", () => {
    expect([startsWith([1, 2], []), startsWith([1, 2], [1]), startsWith([1, 2], [1, 2])]).toEqual([true, true, true])
    expect([startsWith([1, 2], [2]), startsWith([1], [1, 2])]).toEqual([false, false])
  })
})

describe("values on the page", () => {
  it("take one line where they fit and one line for each part where they do not", () => {
    expect(valueText({ a: 1, "b c": [true, null, "x"] })).toBe('{ a: 1, "b c": [true, null, "x"] }')
    expect(valueText([])).toBe("[]")
    expect(valueText({ list: ["aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "cccccccccccccccc"], n: 1 })).toBe(
      '{\n  list: [\n    "aaaaaaaaaaaaaaaa"\n    "bbbbbbbbbbbbbbbb"\n    "cccccccccccccccc"\n  ]\n  n: 1\n}'
    )
  })

  it("show messages by type first", () => {
    expect(messageText({ type: "ack" })).toBe("ack")
    expect(messageText({ type: "ack", task: "a", of: [1] })).toBe('ack(task: "a", of: [1])')
    expect(messageText("text")).toBe('"text"')
  })
})
