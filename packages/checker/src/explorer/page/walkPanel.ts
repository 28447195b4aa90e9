/** The path so far, and what can happen next. */
import type { ActionDocument, StateDocument, StepDocument } from "../documents.ts"
import { type Child, classes, h } from "./elements.ts"
import { formatRoute } from "./route.ts"

export interface WalkView {
  readonly state: StateDocument
  /** The path that is being followed: the state's own, and perhaps steps after it. */
  readonly trail: ReadonlyArray<StepDocument>
}

export const walkPanel = ({ state, trail }: WalkView): ReadonlyArray<Child> => [
  h("h2", {}, "Path"),
  h(
    "ol",
    { class: "trail", start: 0 },
    trailItem(state, trail, 0, h("span", {}, "initial state")),
    ...trail.map((step, at) => trailItem(state, trail, at + 1, stepText(step)))
  ),
  state.returnsTo === null
    ? null
    : h(
        "p",
        { class: "loop" },
        `↻ This is the same state as after step ${state.returnsTo}: it can go on like this for ever.`
      ),
  state.failure === null ? null : h("p", { class: "failure" }, state.failure),
  state.cutOffBy === null
    ? null
    : h("p", { class: "hint" }, `A search does not go on here: bound “${state.cutOffBy}”.`),
  h("h2", {}, "What can happen"),
  state.actions.length === 0
    ? h("p", { class: "hint" }, "Nothing: this is the end.")
    : h("ol", { class: "actions" }, ...state.actions.map((action) => actionItem(state, trail, action)))
]

const trailItem = (
  { path, system }: StateDocument,
  trail: ReadonlyArray<StepDocument>,
  position: number,
  content: HTMLElement
): HTMLLIElement => {
  const isHere = position === path.length
  return h(
    "li",
    { class: classes(isHere && "here", position > path.length && "ahead") },
    h(
      "a",
      {
        href: formatRoute({ system, path: trail.slice(0, position).map(({ index }) => index) }),
        "aria-current": isHere ? "step" : null
      },
      h("span", { class: "number" }, String(position)),
      content
    )
  )
}

const stepText = ({ flavour, text }: StepDocument): HTMLElement => h("span", { class: `step ${flavour}` }, text)

const actionItem = (
  { path, system }: StateDocument,
  trail: ReadonlyArray<StepDocument>,
  { flavour, index, returnsTo, text }: ActionDocument
): HTMLLIElement => {
  const isNext = trail[path.length]?.index === index
  const target = returnsTo === path.length ? "changes nothing" : returnsTo === null ? null : `back to ${returnsTo}`
  return h(
    "li",
    {},
    h(
      "a",
      {
        class: classes("action", flavour, isNext && "next"),
        href: formatRoute({ system, path: [...path, index] }),
        "data-action": index
      },
      h("span", { class: "step" }, text),
      flavour === "fault" ? h("span", { class: "tag" }, "fault") : null,
      target === null ? null : h("span", { class: "tag quiet" }, target),
      isNext ? h("span", { class: "tag quiet" }, "next") : null
    )
  )
}
