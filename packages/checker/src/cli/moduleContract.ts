/**
 * What `tidemark-check` reads: a TypeScript or JavaScript module whose default export is a {@link Model}, or a list of
 * models whose systems have different names.
 *
 * ```ts
 * export default { system: system({ name: "lock", ... }), properties: [always("one holder", ...)] } satisfies Model
 * ```
 *
 * The module may be loaded several times, in several threads: it does nothing but describe.
 */
import { existsSync, statSync } from "node:fs"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"
import type { Property } from "../property/Property.ts"
import type { CheckOptions } from "../search/Report.ts"
import type { System } from "../system/System.ts"
import { messageOf, UsageInvalid } from "./failures.ts"

export interface Model {
  readonly system: System
  readonly properties?: ReadonlyArray<Property>
  /** What the command line leaves open. */
  readonly options?: CheckOptions
}

/** A default export that `tidemark-check` takes. */
export type ModelModule = Model | ReadonlyArray<Model>

const howToExport = "A model ends with `export default { system, properties }`, or with a list of such."

/** Fails: `UsageInvalid` for a path, a module or a default export that is none. */
export const loadModels = async (module: string): Promise<ReadonlyArray<Model>> => {
  const path = resolve(module)
  if (!existsSync(path) || !statSync(path).isFile()) {
    const problem = existsSync(path) ? "is not a file" : "does not exist"
    throw new UsageInvalid(`Module ${module} ${problem} (${path}). Give the path of a .ts or .js file. ${howToExport}`)
  }
  return modelsOf(await imported(module, path), module)
}

const imported = async (module: string, path: string): Promise<unknown> => {
  try {
    const loaded: unknown = await import(pathToFileURL(path).href)
    return loaded
  } catch (cause) {
    throw new UsageInvalid(`Module ${module} could not be loaded: ${messageOf(cause)}${placeOf(cause)}`, { cause })
  }
}

/** Files that only pass on what is wrong: those of the checker, and of packages. */
const isBystander = (place: string): boolean =>
  place.startsWith(new URL("../", import.meta.url).href) || place.includes("/node_modules/")

/** Where in its files a module failed, as far as anybody knows. */
const placeOf = (cause: unknown): string => {
  const stack = cause instanceof Error ? (cause.stack ?? "") : ""
  const places = stack.match(/file:\/\/[^\s)]+?:\d+(:\d+)?/g) ?? []
  const place = places.find((candidate) => !isBystander(candidate))
  return place === undefined ? "" : ` (${place})`
}

const modelsOf = (loaded: unknown, module: string): ReadonlyArray<Model> => {
  const exported = isRecord(loaded) ? loaded.default : undefined
  if (exported === undefined) throw new UsageInvalid(`Module ${module} has no default export. ${howToExport}`)
  const list: ReadonlyArray<unknown> = Array.isArray(exported) ? exported : [exported]
  if (list.length === 0) throw new UsageInvalid(`Module ${module} exports an empty list of models. ${howToExport}`)
  const models = list.map((model, index) => modelOf(model, module, Array.isArray(exported) ? index : null))
  const names = models.map(({ system }) => system.name)
  const double = names.find((name, index) => names.indexOf(name) !== index)
  if (double !== undefined) {
    throw new UsageInvalid(`Module ${module} exports two systems named "${double}". Rename one.`)
  }
  return models
}

const modelOf = (value: unknown, module: string, index: number | null): Model => {
  const place = `The default export of ${module}${index === null ? "" : `, model ${index + 1},`}`
  const problem = problemOf(value)
  if (problem !== null) throw new UsageInvalid(`${place} ${problem}. ${howToExport}`)
  if (isModel(value)) return value
  throw new UsageInvalid(`${place} is no model. ${howToExport}`)
}

/** By structure, not by class: the module may have an instance of the library of its own. */
const isModel = (value: unknown): value is Model => problemOf(value) === null

const problemOf = (value: unknown): string | null => {
  if (!isRecord(value)) return `is ${typeName(value)}, not a model`
  if (!("system" in value)) return "has no field `system`"
  const systemProblem = problemOfSystem(value.system)
  if (systemProblem !== null) return systemProblem
  const { options, properties } = value
  if (properties !== undefined && !isListOf(properties, isProperty)) {
    return "has a field `properties` that is no list of properties (made by always, step, sometimes, terminal, leadsTo)"
  }
  return options === undefined || isRecord(options) ? null : "has a field `options` that is no record"
}

const problemOfSystem = (system: unknown): string | null => {
  if (!isRecord(system)) return "has a field `system` that is no system (made by system(...))"
  const missing = Object.entries(systemFields).filter(([field, isRight]) => !isRight(system[field]))
  if (missing.length === 0) return null
  const fields = missing.map(([field]) => `\`${field}\``).join(", ")
  return `has a field \`system\` that is no system: ${fields} missing or of another kind`
}

const systemFields: Readonly<Record<string, (value: unknown) => boolean>> = {
  name: (value) => typeof value === "string",
  components: (value) => isListOf(value, isComponent),
  initially: Array.isArray
}

const isComponent = (value: unknown): boolean =>
  isRecord(value) &&
  typeof value.name === "string" &&
  typeof value.start === "function" &&
  typeof value.step === "function"

const propertyTags: ReadonlyArray<unknown> = ["Always", "Step", "Sometimes", "Terminal", "LeadsTo"]

const isProperty = (value: unknown): boolean =>
  isRecord(value) && typeof value.name === "string" && propertyTags.includes(value._tag)

const isListOf = (value: unknown, isRight: (element: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isRight)

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

const typeName = (value: unknown): string => (value === null ? "null" : `a ${typeof value}`)
