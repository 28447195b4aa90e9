/** Every component: its machines with their states lit, and what they remember. */
import type { ChartSnapshot, ComponentDocument, StateDocument, SystemDocument } from "../documents.ts"
import { drawChart } from "./drawChart.ts"
import { type Child, classes, h } from "./elements.ts"
import { valueText } from "./valueText.ts"

export const machinesPanel = (state: StateDocument, system: SystemDocument): ReadonlyArray<Child> =>
  state.components.map((component) => card(component, system))

const card = (component: ComponentDocument, system: SystemDocument): HTMLElement =>
  h(
    "article",
    {
      class: classes("card", component.isDown && "down", component.hasChanged && "changed"),
      "data-component": component.name
    },
    h("h3", {}, component.name, component.isDown ? h("span", { class: "tag" }, "down") : null),
    ...component.charts.map((snapshot) => part(component, snapshot, system)),
    rest(component)
  )

/** The whole state of a component without machines, or what it is beside them. */
const rest = ({ charts, isDown, state }: ComponentDocument): HTMLElement | null => {
  if (state === null) return null
  const value = h("pre", { class: "value" }, valueText(state))
  if (isDown) return h("div", {}, h("h4", {}, "keeps"), value)
  return charts.length === 0 ? value : h("details", { class: "notes" }, h("summary", {}, "Whole state"), value)
}

const part = (component: ComponentDocument, snapshot: ChartSnapshot, system: SystemDocument): HTMLElement => {
  const chart = snapshot.machine === null ? undefined : system.machines[snapshot.machine]
  return h(
    "div",
    { class: "part", "data-part": snapshot.name },
    component.charts.length > 1 ? h("h4", {}, snapshot.name) : null,
    chart === undefined
      ? h("p", { class: "hint" }, `In ${snapshot.active.join(", ")}; the component does not list this machine.`)
      : h("div", { class: "scroll" }, drawChart(chart, snapshot)),
    snapshot.context.length === 0
      ? null
      : h(
          "table",
          { class: "values" },
          ...snapshot.context.map(({ hasChanged, key, value }) =>
            h(
              "tr",
              { class: classes(hasChanged && "changed") },
              h("th", {}, key),
              h("td", {}, h("pre", {}, valueText(value)))
            )
          )
        )
  )
}
