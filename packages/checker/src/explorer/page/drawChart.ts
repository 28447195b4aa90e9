/** Draws a machine with what a snapshot says about it. */
import type { ChartDefinition, ChartSnapshot } from "../documents.ts"
import { type Arrow, type Box, layOutChart, type Row, titleHeight } from "./chartLayout.ts"
import { classes, svg } from "./elements.ts"

export const drawChart = (chart: ChartDefinition, snapshot: ChartSnapshot): SVGSVGElement => {
  const { arrows, boxes, height, rows, width } = layOutChart(chart)
  const isTaken = (transition: string): boolean => snapshot.taken.includes(transition)
  // What was taken lies on top of what was not.
  const ordered = arrows.toSorted((a, b) => Number(isTaken(a.transition)) - Number(isTaken(b.transition)))
  return svg(
    "svg",
    {
      class: "chart",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": `Machine ${chart.id}`
    },
    ...boxes.map((box) => drawBox(box, snapshot)),
    ...ordered.map((arrow) => drawArrow(arrow, isTaken(arrow.transition))),
    ...rows.map((row) => drawRow(row, isTaken(row.transition.id)))
  )
}

const drawBox = ({ height, node, width, x, y }: Box, { active, left }: ChartSnapshot): SVGGElement =>
  svg(
    "g",
    {
      class: classes("node", node.type, active.includes(node.id) && "active", left.includes(node.id) && "left"),
      "data-node": node.id
    },
    svg("title", {}, node.description ?? node.id),
    svg("rect", { x, y, width, height, rx: 6 }),
    node.type === "final" ? svg("rect", { x: x + 3, y: y + 3, width: width - 6, height: height - 6, rx: 4 }) : null,
    node.isInitial ? svg("circle", { class: "initial", cx: x + 11, cy: y + titleHeight / 2, r: 3 }) : null,
    svg("text", { class: "key", x: x + (node.isInitial ? 19 : 9), y: y + titleHeight / 2 + 4 }, node.key)
  )

const drawRow = ({ text, transition, x, y }: Row, isTaken: boolean): SVGGElement =>
  svg(
    "g",
    { class: classes("transition", isTaken && "taken"), "data-transition": transition.id },
    svg("title", {}, transition.label),
    svg("text", { x, y: y + 4 }, text)
  )

const drawArrow = ({ points }: Arrow, isTaken: boolean): SVGGElement => {
  const [endX, endY] = points.at(-1) ?? [0, 0]
  return svg(
    "g",
    { class: classes("arrow", isTaken && "taken") },
    svg("polyline", { points: points.map((point) => point.join(",")).join(" ") }),
    svg("path", { d: `M${endX + 1} ${endY} l6 -3.5 v7 z` })
  )
}
