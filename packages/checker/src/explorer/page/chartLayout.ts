/**
 * Where everything of a statechart is drawn. Pure.
 *
 * States are boxes inside of boxes, one below the other; a state's transitions are lines of text in its box; from each
 * line an arrow leads to the target through a lane on the right, one lane for each target.
 */
import type { ChartDefinition, ChartNode, ChartTransition } from "../documents.ts"

export interface ChartLayout {
  readonly width: number
  readonly height: number
  /** Outer boxes first. */
  readonly boxes: ReadonlyArray<Box>
  readonly rows: ReadonlyArray<Row>
  readonly arrows: ReadonlyArray<Arrow>
}

export interface Box {
  readonly node: ChartNode
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A transition as a line of text; `y` is the middle of the line. */
export interface Row {
  readonly transition: ChartTransition
  readonly text: string
  readonly x: number
  readonly y: number
}

export interface Arrow {
  readonly transition: string
  /** From the text to the lane, along it, to the target's edge. */
  readonly points: ReadonlyArray<readonly [x: number, y: number]>
}

export const titleHeight = 24
const rowHeight = 17
const padding = 9
const gap = 8
const laneWidth = 8
const charWidth = 6.65
const titleCharWidth = 7.4
const textMax = 46

export const layOutChart = ({ root }: ChartDefinition): ChartLayout => {
  const nodes = new Map([root, ...descendantsOf(root)].map((node) => [node.id, node]))
  const size = measure(root, nodes)
  const boxes: Array<Box> = []
  const rows: Array<Row> = []
  place(root, { x: 1, y: 1, width: size.width }, { nodes, boxes, rows })
  const byId = new Map(boxes.map((box) => [box.node.id, box]))
  const { arrows, lanes } = route(boxes, rows, byId, 1 + size.width)
  return { width: size.width + 4 + (lanes + 1) * laneWidth, height: size.height + 2, boxes, rows, arrows }
}

type Nodes = ReadonlyMap<string, ChartNode>

interface Size {
  readonly width: number
  readonly height: number
}

const measure = (node: ChartNode, nodes: Nodes): Size => {
  const children = node.children.map((child) => measure(child, nodes))
  const texts = node.transitions.map((transition) => rowText(transition, nodes).length * charWidth)
  return {
    width: Math.ceil(
      2 * padding +
        Math.max(90, (node.key.length + 4) * titleCharWidth, ...texts, ...children.map(({ width }) => width))
    ),
    height:
      rowsHeight(node) + children.reduce((sum, { height }) => sum + height + gap, 0) + (children.length === 0 ? 0 : 1)
  }
}

/** From the upper edge of a box to its first child. */
const rowsHeight = ({ transitions }: ChartNode): number =>
  titleHeight + transitions.length * rowHeight + (transitions.length === 0 ? 0 : 5)

const place = (
  node: ChartNode,
  at: { readonly x: number; readonly y: number; readonly width: number },
  to: { readonly nodes: Nodes; readonly boxes: Array<Box>; readonly rows: Array<Row> }
): number => {
  const { height } = measure(node, to.nodes)
  to.boxes.push({ node, ...at, height })
  for (const [index, transition] of node.transitions.entries()) {
    const middle = at.y + titleHeight + (index + 0.5) * rowHeight
    to.rows.push({ transition, text: rowText(transition, to.nodes), x: at.x + padding, y: middle })
  }
  let y = at.y + rowsHeight(node)
  for (const child of node.children) {
    y += place(child, { x: at.x + padding, y, width: at.width - 2 * padding }, to) + gap
  }
  return height
}

const route = (
  boxes: ReadonlyArray<Box>,
  rows: ReadonlyArray<Row>,
  byId: ReadonlyMap<string, Box>,
  right: number
): { readonly arrows: ReadonlyArray<Arrow>; readonly lanes: number } => {
  const sources = new Map(boxes.flatMap((box) => box.node.transitions.map(({ id }) => [id, box])))
  const targets = [...new Set(rows.flatMap(({ transition }) => transition.targets))]
  const spans = targets.map((target) => {
    const ys = rows.flatMap(({ transition, y }) => (transition.targets.includes(target) ? [y] : []))
    const end = middleOf(byId.get(target))
    return { target, from: Math.min(end, ...ys), to: Math.max(end, ...ys) }
  })
  const lanes = assignLanes(spans)
  const arrows = rows.flatMap(({ transition, x, text, y }) =>
    transition.targets.flatMap((target): ReadonlyArray<Arrow> => {
      const source = sources.get(transition.id)
      const box = byId.get(target)
      if (source === undefined || box === undefined) return []
      const lane = right + 4 + ((lanes.get(target) ?? 0) + 1) * laneWidth
      const start = Math.min(x + text.length * charWidth + 4, source.x + source.width)
      const points = [
        [start, y],
        [lane, y],
        [lane, middleOf(box)],
        [box.x + box.width, middleOf(box)]
      ] as const
      return [{ transition: transition.id, points }]
    })
  )
  return { arrows, lanes: Math.max(0, ...[...lanes.values()].map((lane) => lane + 1)) }
}

/** Short spans get the inner lanes; two that overlap never share one. */
const assignLanes = (
  spans: ReadonlyArray<{ readonly target: string; readonly from: number; readonly to: number }>
): ReadonlyMap<string, number> => {
  const lanes: Array<Array<{ readonly from: number; readonly to: number }>> = []
  const assigned = new Map<string, number>()
  for (const span of spans.toSorted((a, b) => a.to - a.from - (b.to - b.from))) {
    const isFree = (lane: ReadonlyArray<{ readonly from: number; readonly to: number }>): boolean =>
      lane.every(({ from, to }) => to < span.from || span.to < from)
    const found = lanes.findIndex(isFree)
    const index = found === -1 ? lanes.push([]) - 1 : found
    lanes[index]?.push(span)
    assigned.set(span.target, index)
  }
  return assigned
}

const middleOf = (box: Box | undefined): number => (box === undefined ? 0 : box.y + titleHeight / 2)

/** `EVENT [guard] → target`; without an arrow where the state stays. */
const rowText = ({ label, targets }: ChartTransition, nodes: Nodes): string => {
  const keys = targets.map((target) => nodes.get(target)?.key ?? target)
  const text = keys.length === 0 ? label : `${label} → ${keys.join(", ")}`
  return text.length <= textMax ? text : `${text.slice(0, textMax - 1)}…`
}

const descendantsOf = (node: ChartNode): ReadonlyArray<ChartNode> =>
  node.children.flatMap((child) => [child, ...descendantsOf(child)])
