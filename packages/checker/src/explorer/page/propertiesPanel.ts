/** What is to hold: what a search says about it, and what the state does. */

import type { Conclusion } from "../../cli/conclusion.ts"
import type { FoundPath, PropertyStatus, SearchDocument, SearchResult, StateDocument } from "../documents.ts"
import { button, type Child, classes, h } from "./elements.ts"
import { formatRoute } from "./route.ts"

export interface PropertiesView {
  readonly state: StateDocument
  readonly search: SearchDocument
  readonly onSearch: () => void
}

export const propertiesPanel = ({ onSearch, search, state }: PropertiesView): ReadonlyArray<Child> => [
  h("h2", {}, "Search"),
  button(
    search.status === "running" ? "Searching…" : "Search every state",
    { id: "search", class: "primary", disabled: search.status === "running" },
    onSearch
  ),
  h("p", { id: "status", class: "hint", role: "status" }, statusText(search)),
  search.problem === null ? null : h("p", { class: "failure" }, search.problem),
  h("h2", {}, "Properties"),
  state.properties.length === 0 ? h("p", { class: "hint" }, "The model has none.") : null,
  h(
    "ul",
    { class: "properties" },
    ...state.properties.map((property, at) =>
      propertyItem(property, state.system, search.result, search.result?.conclusions[at])
    ),
    ...unlisted(state, search.result).map((found) => violationItem(found, state.system))
  ),
  ...notes("Warnings", search.result?.warnings ?? [], true),
  ...notes("Transitions never taken", search.result?.untaken ?? [], false)
]

const count = new Intl.NumberFormat("en-US")

const statusText = ({ edges, result, seconds, states, status }: SearchDocument): string => {
  if (status === "none") return "Not searched yet."
  const numbers = [
    ...(states === 0 ? [] : [`${count.format(states)} states`, `${count.format(edges)} edges`]),
    `${seconds.toFixed(1)} s`
  ].join(" · ")
  if (result === null) return numbers
  const omission = result.omission > 0 ? `, states omitted with probability ${result.omission.toExponential(1)}` : ""
  return `${numbers} · depth ${result.depth} · ${result.isComplete ? "complete" : "not complete"}${omission}`
}

const propertyItem = (
  { detail, kind, name, status }: PropertyStatus,
  system: string,
  result: SearchResult | null,
  conclusion: Conclusion | undefined
): HTMLLIElement => {
  const violation = result?.violations.find((found) => found.property === name)
  const witness = result?.witnesses.find((found) => found.property === name)
  return h(
    "li",
    { class: classes("property", status), "data-property": name },
    h("div", { class: "name" }, h("span", { class: "kind" }, kind === "leadsTo" ? "leads to" : kind), name),
    h("div", { class: "now" }, h("span", { class: "dot" }), detail),
    conclusion === undefined ? null : verdict(conclusion, violation),
    violation === undefined ? null : jump(violation, system, "counterexample"),
    witness === undefined ? null : jump(witness, system, "witness")
  )
}

const verdicts: Readonly<Record<Conclusion, readonly [tone: string, text: string]>> = {
  holds: ["good", "holds everywhere"],
  seen: ["good", "seen"],
  violated: ["bad", "violated"],
  unseen: ["bad", "never seen"],
  undecided: ["open", "not decided: the search is not complete"]
}

const verdict = (conclusion: Conclusion, violation: FoundPath | undefined): HTMLElement => {
  const [tone, text] = verdicts[conclusion]
  return h("div", { class: `verdict ${tone}` }, violation === undefined ? text : `${text}: ${violation.detail}`)
}

const jump = ({ loopsTo, path }: FoundPath, system: string, label: string): HTMLElement => {
  const steps = `${path.length} ${path.length === 1 ? "step" : "steps"}`
  return h(
    "a",
    { class: `jump ${label}`, href: formatRoute({ system, path }) },
    [label, steps, ...ending(loopsTo, path.length)].join(", ")
  )
}

const ending = (loopsTo: number | null, length: number): ReadonlyArray<string> => {
  if (loopsTo === null) return []
  return [loopsTo === length ? "and stays there" : `back to ${loopsTo} for ever`]
}

/** What no property of the model says: a step that throws. */
const unlisted = ({ properties }: StateDocument, result: SearchResult | null): ReadonlyArray<FoundPath> =>
  (result?.violations ?? []).filter(({ property }) => !properties.some(({ name }) => name === property))

const violationItem = (found: FoundPath, system: string): HTMLLIElement =>
  h(
    "li",
    { class: "property violated", "data-property": found.property },
    h("div", { class: "name" }, found.property),
    h("div", { class: "verdict bad" }, found.detail),
    jump(found, system, "counterexample")
  )

const notes = (title: string, lines: ReadonlyArray<string>, isOpen: boolean): ReadonlyArray<Child> =>
  lines.length === 0
    ? []
    : [
        h(
          "details",
          { class: "notes", open: isOpen },
          h("summary", {}, `${title} (${lines.length})`),
          h("ul", {}, ...lines.map((line) => h("li", {}, line)))
        )
      ]
