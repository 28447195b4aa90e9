/** Everything else that a state consists of, with what the last step changed. */
import type { SlotDocument, SlotKind, StateDocument } from "../documents.ts"
import { type Child, classes, h } from "./elements.ts"
import { messageText, valueText } from "./valueText.ts"

const groups: ReadonlyArray<readonly [title: string, kinds: ReadonlyArray<SlotKind>]> = [
  ["Channels", ["channel"]],
  ["Armed timers", ["timers"]],
  ["Resources", ["resource"]],
  ["Operations in flight", ["operations"]],
  ["Crash units", ["unit"]],
  ["What may still happen", ["stimulus", "budget"]],
  ["History", ["history"]]
]

export const slotsPanel = (state: StateDocument): ReadonlyArray<Child> =>
  groups.map(([title, kinds]) => {
    const slots = state.slots.filter(({ kind }) => kinds.includes(kind))
    if (slots.length === 0) return null
    return h("article", { class: "card" }, h("h3", {}, title), h("table", { class: "values" }, ...slots.map(row)))
  })

const row = (slot: SlotDocument): HTMLTableRowElement =>
  h(
    "tr",
    { class: classes(slot.hasChanged && "changed"), "data-slot": `${slot.kind} ${slot.name}` },
    h("th", {}, slot.name),
    h("td", {}, content(slot.kind, slot.value), slot.hasChanged ? before(slot) : null)
  )

const before = ({ before: value, kind }: SlotDocument): HTMLElement =>
  h("div", { class: "before" }, h("span", {}, "was "), content(kind, value))

const content = (kind: SlotKind, value: unknown): HTMLElement => {
  switch (kind) {
    case "channel":
      return list(value, messageText)
    case "timers":
    case "operations":
      return list(value, (element) => (typeof element === "string" ? element : valueText(element)))
    case "unit":
      return h("pre", {}, isDown(value) ? "down" : "up")
    case "stimulus":
    case "budget":
      return h("pre", {}, `${valueText(value)} left`)
    default:
      return h("pre", {}, valueText(value))
  }
}

const list = (value: unknown, text: (element: unknown) => string): HTMLElement => {
  const elements: ReadonlyArray<unknown> = Array.isArray(value) ? value : []
  if (elements.length === 0) return h("span", { class: "empty" }, "empty")
  return h("ol", { class: "queue" }, ...elements.map((element) => h("li", {}, h("pre", {}, text(element)))))
}

const isDown = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "isDown" in value && value.isDown === true
