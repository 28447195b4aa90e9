/**
 * The page: shows the state that its URL names.
 *
 * G1 The URL is the only place that says where we are: links, reload, back and forward all lead through it.
 * G2 An answer that comes after the URL has changed is dropped.
 * G3 Steps after the current one stay in view while we are on their path: so a counterexample is followed.
 */
import type { SearchDocument, StateDocument, StepDocument, SystemDocument, SystemsDocument } from "../documents.ts"
import { makeClient, Refused } from "./client.ts"
import { type Child, h, place } from "./elements.ts"
import { machinesPanel } from "./machinesPanel.ts"
import { propertiesPanel } from "./propertiesPanel.ts"
import { formatRoute, parseRoute, startsWith } from "./route.ts"
import { slotsPanel } from "./slotsPanel.ts"
import { walkPanel } from "./walkPanel.ts"

const pollMs = 300

const client = makeClient("")
let all: SystemsDocument = { module: "", systems: [] }
let state: StateDocument | null = null
let trail: ReadonlyArray<StepDocument> = []
let poll: ReturnType<typeof setTimeout> | undefined

const fill = (id: string, children: ReadonlyArray<Child>): void =>
  place(id).replaceChildren(...children.filter((child) => child !== null))

const notice = (text: string | null, ...more: ReadonlyArray<Child>): void => {
  place("notice").hidden = text === null
  fill("notice", [text, ...more])
}

const show = async (): Promise<void> => {
  const { hash } = location
  const [first] = all.systems
  const route = parseRoute(hash) ?? (first === undefined ? null : { system: first.name, path: [] })
  const system = all.systems.find(({ name }) => name === route?.system)
  if (route === null || system === undefined) {
    return notice(
      `There is no system “${route?.system ?? ""}”.`,
      ...all.systems.map(({ name }) => systemLink(name, false))
    )
  }
  try {
    const [next, status] = await Promise.all([client.state(route.system, route.path), client.search(route.system)])
    if (location.hash !== hash) return // G2
    notice(null)
    trail = followed(next)
    state = next
    render(system, next, status)
  } catch (error) {
    if (location.hash === hash) complain(route.system, error)
  }
}

/** G3 */
const followed = (next: StateDocument): ReadonlyArray<StepDocument> => {
  const isOnTrail =
    state?.system === next.system &&
    startsWith(
      trail.map(({ index }) => index),
      next.path
    )
  return isOnTrail ? trail : next.steps
}

const complain = (system: string, error: unknown): void => {
  const text = error instanceof Error ? error.message : String(error)
  const validPath = error instanceof Refused ? error.validPath : null
  notice(
    text,
    validPath === null
      ? null
      : h(
          "a",
          { href: formatRoute({ system, path: validPath }) },
          `Go as far as it can be walked: ${validPath.length} steps`
        )
  )
}

const render = (system: SystemDocument, shown: StateDocument, status: SearchDocument): void => {
  const isFocused = document.activeElement === document.body || place("walk").contains(document.activeElement)
  document.title = `${shown.system} · step ${shown.path.length}`
  fill("header", [
    h("h1", {}, "Explorer"),
    h("span", { class: "module", title: all.module }, all.module),
    h("nav", { "aria-label": "Systems" }, ...all.systems.map(({ name }) => systemLink(name, name === shown.system)))
  ])
  fill("walk", walkPanel({ state: shown, trail }))
  fill("machines", machinesPanel(shown, system))
  fill("slots", slotsPanel(shown))
  document.querySelector(".trail .here")?.scrollIntoView({ block: "nearest" })
  if (isFocused) focusAction(0)
  renderSearch(status)
}

const systemLink = (system: string, isCurrent: boolean): HTMLElement =>
  h("a", { href: formatRoute({ system, path: [] }), "aria-current": isCurrent ? "page" : null }, system)

const renderSearch = (status: SearchDocument): void => {
  if (state === null || state.system !== status.system) return
  const hadFocus = document.activeElement?.id === "search"
  const onSearch = (): void => update(client.startSearch, status.system)
  fill("properties", propertiesPanel({ state, search: status, onSearch }))
  if (hadFocus) place("search").focus()
  clearTimeout(poll)
  if (status.status === "running") poll = setTimeout(() => update(client.search, status.system), pollMs)
}

const update = (ask: (system: string) => Promise<SearchDocument>, system: string): void => {
  ask(system).then(renderSearch, (error: unknown) => complain(system, error))
}

const actionLinks = (): ReadonlyArray<HTMLElement> => [...document.querySelectorAll<HTMLElement>(".action")]

const focusAction = (index: number): void => actionLinks().at(index)?.focus({ preventScroll: true })

/** Up and down choose an action, Enter does it; Backspace and left step back, right goes on along the path. */
const onKey = (event: KeyboardEvent): void => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || state === null) return
  const { path, system } = state
  const links = actionLinks()
  const at = links.findIndex((link) => link.contains(document.activeElement))
  const go = (length: number): void => {
    location.hash = formatRoute({ system, path: trail.slice(0, length).map(({ index }) => index) })
  }
  if (event.key === "ArrowDown") links[Math.min(at + 1, links.length - 1)]?.focus()
  else if (event.key === "ArrowUp") links[Math.max(at - 1, 0)]?.focus()
  else if ((event.key === "Backspace" || event.key === "ArrowLeft") && path.length > 0) go(path.length - 1)
  else if (event.key === "ArrowRight" && path.length < trail.length) go(path.length + 1)
  else return
  event.preventDefault()
}

/** Who jumps to a path that was found wants that path, and not what was ahead before. */
const onJump = ({ target }: Event): void => {
  if (!(target instanceof Element) || target.closest(".jump") === null) return
  trail = []
  void show()
}

const begin = async (): Promise<void> => {
  all = await client.systems()
  addEventListener("hashchange", () => void show())
  addEventListener("keydown", onKey)
  place("properties").addEventListener("click", onJump)
  await show()
}

begin().catch((error: unknown) => notice(error instanceof Error ? error.message : String(error)))
