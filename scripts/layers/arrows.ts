/**
 * The arrows of the house: who may import whom. Arrows go down only.
 *
 * A1 Inside core: model <- protocol, state, storage, connector <- operator, pipeline <- runtime <- testing.
 * A2 Packages import each other by package name, only where `packageArrows` says so, and only public entries.
 * A3 Nothing in packages/ imports test/ or scripts/. Tests may reach internals.
 * A4 Pure layers use no clock, randomness, timer, process, console or Node module, and run no effect.
 */
import type { Import, Module } from "./modules.ts"

export interface Violation {
  readonly path: string
  readonly line: number
  readonly problem: string
}

/** Level of each folder of core. A folder may import every folder of a lower level. */
const coreLevels: Readonly<Record<string, number>> = {
  model: 0,
  protocol: 1,
  state: 1,
  storage: 1,
  connector: 1,
  operator: 2,
  pipeline: 2,
  runtime: 3,
  "index.ts": 3.5,
  testing: 4
}

/** The arrows between folders of one level. */
const siblingArrows: ReadonlySet<string> = new Set(["connector -> storage", "pipeline -> operator"])

const pureLayers: ReadonlySet<string> = new Set(["model", "protocol", "operator", "pipeline"])

const packageArrows: Readonly<Record<string, ReadonlyArray<string>>> = {
  core: [],
  checker: [],
  backends: ["core"],
  connectors: ["core"],
  cli: ["core", "backends", "connectors"],
  examples: ["core", "backends", "connectors", "cli"],
  "create-tidemark": []
}

/** What a relative or package specifier points at; undefined for everything that is not ours. */
export type Resolve = (from: string, specifier: string) => Resolution | undefined

export type Resolution =
  | { readonly _tag: "Module"; readonly path: string }
  | { readonly _tag: "NotPublic"; readonly packageName: string }
  | { readonly _tag: "Missing" }

interface Place {
  readonly area: string
  readonly packageName: string
  readonly layer: string
}

/** Says where a module stands: `packages/core/src/state/x.ts` is area packages, package core, layer state. */
const placeOf = (path: string): Place => {
  const [area = "", packageName = "", , layer = ""] = path.split("/")
  return area === "packages" ? { area, packageName, layer } : { area, packageName: "", layer: "" }
}

/** Checks one module against A1 to A4. */
export const checkModule = (module: Module, resolve: Resolve): ReadonlyArray<Violation> => {
  const from = placeOf(module.path)
  const problems = module.imports.flatMap((edge) => {
    const problem = importProblem(from, edge, resolve(module.path, edge.specifier))
    return problem === undefined ? [] : [{ path: module.path, line: edge.line, problem }]
  })
  const unknown = unknownPlace(from)
  return [
    ...(unknown === undefined ? [] : [{ path: module.path, line: 1, problem: unknown }]),
    ...problems,
    ...(isPure(from) ? module.impureUses : []).map(({ name, line }) => ({
      path: module.path,
      line,
      problem: `${from.layer}/ is pure and uses ${name}. Take times, ids and randomness as arguments; act in runtime/.`
    }))
  ]
}

const isPure = (place: Place): boolean => place.packageName === "core" && pureLayers.has(place.layer)

const unknownPlace = (place: Place): string | undefined => {
  if (place.area !== "packages") return undefined
  if (packageArrows[place.packageName] === undefined) {
    return `package ${place.packageName} has no arrows. Add it to packageArrows in scripts/layers/arrows.ts.`
  }
  if (place.packageName === "core" && coreLevels[place.layer] === undefined) {
    return `${place.layer} is no layer of core. Move the file, or add the folder to coreLevels in scripts/layers/arrows.ts.`
  }
  return undefined
}

const importProblem = (from: Place, edge: Import, target: Resolution | undefined): string | undefined => {
  const { specifier } = edge
  if (target === undefined) {
    return isPure(from) && specifier.startsWith("node:")
      ? `${from.layer}/ is pure and imports ${specifier}. Move what needs it to runtime/.`
      : undefined
  }
  if (target._tag === "Missing") return `imports ${specifier}, which does not exist.`
  if (target._tag === "NotPublic") {
    return `imports ${specifier}, which is no public entry. Use one of the exports of ${target.packageName}.`
  }
  const to = placeOf(target.path)
  if (from.area !== "packages") return undefined
  if (to.area !== "packages") return `imports ${specifier}: packages use nothing of ${to.area}/.`
  return from.packageName === to.packageName ? insideProblem(from, to, specifier) : acrossProblem(from, to, specifier)
}

const insideProblem = (from: Place, to: Place, specifier: string): string | undefined => {
  if (!specifier.startsWith(".")) return `imports its own package as ${specifier}. Use a relative import.`
  if (from.packageName !== "core" || from.layer === to.layer) return undefined
  const level = coreLevels[from.layer]
  const levelBelow = coreLevels[to.layer]
  if (level === undefined || levelBelow === undefined) return undefined
  if (levelBelow < level || siblingArrows.has(`${from.layer} -> ${to.layer}`)) return undefined
  return `${from.layer} imports ${to.layer} (${specifier}). Arrows go down only: see the layers in CONTRIBUTING.md.`
}

const acrossProblem = (from: Place, to: Place, specifier: string): string | undefined => {
  if (!packageArrows[from.packageName]?.includes(to.packageName)) {
    return `${from.packageName} imports ${to.packageName} (${specifier}). It may import: ${allowed(from)}.`
  }
  return specifier.startsWith(".")
    ? `reaches into ${to.packageName} (${specifier}). Import a public entry by package name.`
    : undefined
}

const allowed = (place: Place): string => packageArrows[place.packageName]?.join(", ") || "no package of ours"
