/** Goes round for ever, or stops: for lassos. */
import { leadsTo, terminal } from "../../../packages/checker/src/property/Property.ts"
import { component } from "../../../packages/checker/src/system/Component.ts"
import type { System } from "../../../packages/checker/src/system/System.ts"
import { system } from "../../../packages/checker/src/system/System.ts"

type Place = "home" | "north" | "south" | "harbour"

export const walker = component<Place>({
  name: "walker",
  start: () => ({ state: "home", effects: [] }),
  step: (place, { type }) => ({ state: next[place][type] ?? place, effects: [] }),
  internal: (place) => Object.keys(next[place]).map((type) => ({ type }))
})

const next: Readonly<Record<Place, Readonly<Record<string, Place>>>> = {
  home: { leave: "north" },
  north: { turn: "south" },
  south: { turn: "north", board: "harbour" },
  harbour: {}
}

export const walk: System = system({
  name: "walk",
  components: [walker],
  initially: [{ _tag: "Start", component: "walker", input: null }]
})

export const arrives = (strength: "weak" | "strong") =>
  leadsTo(`arrives (${strength})`, {
    from: (view) => view.of(walker) === "north",
    to: (view) => view.of(walker) === "harbour",
    fair: [{ strength, of: () => true }]
  })

export const endsAtHome = terminal("ends at home", (view) => view.of(walker) === "home" || "it is elsewhere")

export default { system: walk, properties: [arrives("weak"), arrives("strong"), endsAtHome] }
