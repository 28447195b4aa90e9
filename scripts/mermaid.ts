/**
 * Draws a state machine as a Mermaid statechart and a table of its states. Pure: the same machine gives the same text.
 *
 * Mermaid cannot draw an arrow from a composite state to itself or into itself. Such transitions, and those of the
 * machine's root, are not in the picture; the table lists them in words beside the state that handles them.
 */

/** What the drawing reads of a state; every XState state node has this shape. */
export interface ChartState {
  readonly key: string
  readonly path: ReadonlyArray<string>
  readonly type: "atomic" | "compound" | "parallel" | "final" | "history"
  readonly description?: string | undefined
  readonly history: false | "shallow" | "deep"
  readonly states: Readonly<Record<string, ChartState>>
  readonly initial: { readonly target: ReadonlyArray<ChartState> } | undefined
  readonly transitions: ReadonlyMap<string, ReadonlyArray<ChartTransition>>
  readonly always?: ReadonlyArray<ChartTransition> | undefined
}

export interface ChartTransition {
  readonly target: ReadonlyArray<ChartState> | undefined
  readonly guard?: unknown
}

interface Arrow {
  readonly from: ChartState
  readonly to: ChartState
  readonly label: string
  readonly isDrawn: boolean
}

const noteLengthMax = 60
const lineBreak = "<br/>"

/** The page of a machine: the statechart, then every state with its meaning. */
export const machinePage = (name: string, root: ChartState): string =>
  [
    `# ${name}`,
    "",
    "Generated from the machine by `npm run diagrams`; do not edit.",
    ...(root.description === undefined ? [] : ["", root.description]),
    "",
    "```mermaid",
    statechart(root),
    "```",
    "",
    stateTable(root),
    ""
  ].join("\n")

/** The Mermaid text of a machine. */
export const statechart = (root: ChartState): string =>
  ["stateDiagram-v2", ...indent([...region(root), ...drawnArrows(root)])].join("\n")

/** A Markdown table: every state with its path, its description and the transitions that the picture leaves out. */
export const stateTable = (root: ChartState): string => {
  const rows = [root, ...descendantsOf(root)].map((state) => {
    const inWords = arrowsOf(state)
      .filter((arrow) => !arrow.isDrawn)
      .map(({ from, to, label }) => (from === to ? `\`${label}\`` : `\`${label}\` → ${to.path.join(".")}`))
    return [state.path.join(".") || "(any state)", state.description ?? "", inWords.join(lineBreak)]
  })
  const listed = rows.filter(([path, meaning, inWords]) => path !== "(any state)" || (inWords ?? meaning) !== "")
  return [
    "| State | Meaning | Also handles |",
    "|---|---|---|",
    ...listed.map((row) => `| ${row.map(cell).join(" | ")} |`)
  ].join("\n")
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ")

/** The lines of what stands inside a state: its initial arrow and its children, parallel regions apart. */
const region = (state: ChartState): ReadonlyArray<string> => {
  const children = Object.values(state.states)
  if (state.type === "parallel") {
    return children.flatMap((child, index) => [...(index === 0 ? [] : ["--"]), ...stateLines(child)])
  }
  const initial = state.initial?.target[0]
  return [...(initial === undefined ? [] : [`[*] --> ${idOf(initial)}`]), ...children.flatMap(stateLines)]
}

const stateLines = (state: ChartState): ReadonlyArray<string> => {
  const title = `state "${titleOf(state)}" as ${idOf(state)}`
  const inside = region(state)
  return [
    ...(inside.length === 0 ? [title] : [`${title} {`, ...indent(inside), "}"]),
    ...(state.type === "final" ? [`${idOf(state)} --> [*]`] : []),
    ...noteLines(state)
  ]
}

const titleOf = (state: ChartState): string => {
  if (state.type !== "history") return state.key
  return state.history === "deep" ? "H*" : "H"
}

/** Short descriptions of simple states stand beside them; notes at composite states would hide the arrows. */
const noteLines = ({ description, ...state }: ChartState): ReadonlyArray<string> =>
  description === undefined || description.length > noteLengthMax || Object.keys(state.states).length > 0
    ? []
    : [`note right of ${idOf(state)}`, `  ${textOf(description)}`, "end note"]

/** Arrows between the same two states become one, with a line for each event. */
const drawnArrows = (root: ChartState): ReadonlyArray<string> => {
  const labels = new Map<string, Array<string>>()
  for (const { from, to, label, isDrawn } of descendantsOf(root).flatMap(arrowsOf)) {
    if (!isDrawn) continue
    const ends = `${idOf(from)} --> ${idOf(to)}`
    labels.set(ends, [...(labels.get(ends) ?? []), label])
  }
  return [...labels].map(([ends, lines]) => `${ends}: ${lines.map(textOf).join(lineBreak)}`)
}

const arrowsOf = (state: ChartState): ReadonlyArray<Arrow> => {
  const byEvent = [...state.transitions].flatMap(([event, transitions]) =>
    transitions.map((transition) => ({ event: eventText(event, state), transition }))
  )
  const always = (state.always ?? []).map((transition) => ({ event: "always", transition }))
  return [...byEvent, ...always].flatMap(({ event, transition }) => {
    const guard = transition.guard === undefined ? "" : ` [${guardText(transition.guard)}]`
    return (transition.target ?? [state]).map((to) => ({
      from: state,
      to,
      label: `${event}${guard}`,
      isDrawn: isDrawable(state, to)
    }))
  })
}

/** An arrow from a composite state (or the root) into itself has no place in the picture. */
const isDrawable = (from: ChartState, to: ChartState): boolean =>
  Object.keys(from.states).length === 0 || !from.path.every((key, index) => to.path[index] === key)

const eventText = (event: string, state: ChartState): string => {
  if (event.startsWith("xstate.done.state.")) return `${state.key} done`
  return event === "*" ? "any other event" : event
}

/** A guard by name; combined guards as `a and b`, `a or b`, `not a`; an inline function by its own name. */
const guardText = (guard: unknown): string => {
  if (typeof guard === "string") return guard
  if (typeof guard === "object" && guard !== null && "type" in guard) return String(guard.type)
  if (typeof guard !== "function") return "guard"
  const parts = "guards" in guard && Array.isArray(guard.guards) ? guard.guards.map(guardText) : []
  if (parts.length === 0) return guard.name === "" || guard.name === "guard" ? "inline" : guard.name
  return guard.name === "not" ? `not ${parts[0]}` : parts.join(` ${guard.name} `)
}

const descendantsOf = (state: ChartState): ReadonlyArray<ChartState> =>
  Object.values(state.states).flatMap((child) => [child, ...descendantsOf(child)])

const reservedIds: ReadonlySet<string> = new Set(["state", "note", "end", "direction", "class", "style", "default"])

const idOf = ({ path }: Pick<ChartState, "path">): string => {
  const id = path.map((key) => key.replaceAll(/\W/g, "_")).join("__")
  return reservedIds.has(id) ? `${id}_` : id
}

/** Mermaid ends a statement at a semicolon and reads `#` as an entity. */
const textOf = (text: string): string => text.replaceAll(";", ",").replaceAll("#", "no. ").replaceAll("\n", " ")

const indent = (lines: ReadonlyArray<string>): ReadonlyArray<string> => lines.map((line) => `  ${line}`)
