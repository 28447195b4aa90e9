/** Answers what the page asks about a module's systems: see `documents.ts`. */
import type { AnyStateMachine } from "xstate"
import type { Model } from "../cli/moduleContract.ts"
import { compileSystem } from "../engine/compileSystem.ts"
import type { Engine } from "../engine/Engine.ts"
import type { CheckOptions } from "../search/Report.ts"
import { chartOf } from "./chart.ts"
import type { Path, ProblemDocument, SearchDocument, StateDocument, SystemsDocument } from "./documents.ts"
import { propertyDocument } from "./propertyStatus.ts"
import { Searches } from "./Searches.ts"
import { stateDocument } from "./stateDocument.ts"
import { walkPath } from "./walkPath.ts"

export interface ExplorerOptions {
  /** Path of the module: threads that search load it again. */
  readonly module: string
  readonly models: ReadonlyArray<Model>
  /** For searches; they win over those of a model. */
  readonly options?: CheckOptions
}

export type ApiAnswer =
  | { readonly status: 200; readonly body: SystemsDocument | StateDocument | SearchDocument }
  | { readonly status: 400 | 404 | 405; readonly body: ProblemDocument }

interface Loaded {
  readonly model: Model
  readonly engine: Engine
  readonly machines: ReadonlyArray<AnyStateMachine>
}

/** Longer paths are not walked: each request walks from the beginning. */
const stepsMax = 10_000

/** A search that somebody started with a click ends by itself. */
const statesMax = 5_000_000

export class ExplorerApi {
  readonly #module: string
  readonly #options: CheckOptions
  readonly #systems: ReadonlyMap<string, Loaded>
  readonly #searches: Searches

  /** Fails: `ModelError` for a system that is put together wrongly. */
  constructor({ models, module, options = {} }: ExplorerOptions) {
    this.#module = module
    this.#options = options
    this.#searches = new Searches(module)
    this.#systems = new Map(
      models.map((model) => {
        const machines = [...new Set(model.system.components.flatMap(({ machines = [] }) => machines))]
        return [model.system.name, { model, engine: compileSystem(model.system), machines }]
      })
    )
  }

  answer(method: string, pathname: string): ApiAnswer {
    const [topic = "", encodedName, path, ...rest] = pathname.replace(/^\/api\//, "").split("/")
    if (topic === "systems" && encodedName === undefined) {
      return method === "GET" ? { status: 200, body: this.#list() } : notAllowed(method)
    }
    const isState = topic === "state"
    if (!(isState || topic === "check") || rest.length > 0 || (path !== undefined && !isState)) {
      return { status: 404, body: { problem: `There is no ${pathname}.` } }
    }
    const name = decoded(encodedName ?? "")
    const loaded = name === null ? undefined : this.#systems.get(name)
    if (name === null || loaded === undefined) {
      const known = [...this.#systems.keys()].join(", ")
      return { status: 404, body: { problem: `There is no system "${name ?? encodedName}"; there are: ${known}.` } }
    }
    if (isState) return method === "GET" ? state(loaded, path ?? "") : notAllowed(method)
    if (method === "GET") return { status: 200, body: this.#searches.status(name) }
    return method === "POST" ? { status: 200, body: this.#search(loaded) } : notAllowed(method)
  }

  async close(): Promise<void> {
    await this.#searches.close()
  }

  #list(): SystemsDocument {
    return {
      module: this.#module,
      systems: [...this.#systems.values()].map(({ machines, model: { properties = [], system } }) => ({
        name: system.name,
        properties: properties.map(propertyDocument),
        machines: machines.map(chartOf)
      }))
    }
  }

  #search({ model }: Loaded): SearchDocument {
    return this.#searches.start(model.system.name, {
      statesMax,
      continueAfterViolation: true,
      ...model.options,
      ...this.#options
    })
  }
}

const state = ({ engine, machines, model }: Loaded, text: string): ApiAnswer => {
  const path = parsePath(text)
  if (path === null) {
    return {
      status: 400,
      body: { problem: `"${text}" is no path: give the indices of at most ${stepsMax} actions, joined by dots.` }
    }
  }
  const walk = walkPath(engine, path)
  if (walk._tag === "Lost") {
    const { after, choices } = walk
    const problem =
      `After ${after} steps there are ${choices} actions to choose from, and the path wants the one with index ` +
      `${path[after]}: it belongs to another version of the system.`
    return { status: 404, body: { problem, validPath: path.slice(0, after) } }
  }
  const properties = model.properties ?? []
  return { status: 200, body: stateDocument({ engine, machines, properties, path, walk }) }
}

const parsePath = (text: string): Path | null => {
  if (text === "") return []
  if (!/^\d{1,9}(\.\d{1,9})*$/.test(text)) return null
  const path = text.split(".").map(Number)
  return path.length > stepsMax ? null : path
}

const decoded = (text: string): string | null => {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

const notAllowed = (method: string): ApiAnswer => ({
  status: 405,
  body: { problem: `${method} is not possible here.` }
})
