/** Follows the exports of an entry across modules to the declarations behind them. */
import { posix } from "node:path"
import type { Binding, Declaration, ParsedModule } from "./parseModule.ts"
import { parseModule } from "./parseModule.ts"

/** A public name, with all that it stands for: a type and a value may share it. */
export interface PublicExport {
  readonly name: string
  /** Empty when the name is a whole module. */
  readonly declarations: ReadonlyArray<Declaration>
  /** The exports of the module that the name stands for; null when it stands for declarations. */
  readonly members: ReadonlyArray<PublicExport> | null
  /** Its doc comment, or that of its file when the file is named after it; empty without both. */
  readonly doc: string
}

/** Text of a module, by its path with forward slashes. */
export type ReadSource = (path: string) => string

export class ApiReader {
  readonly #read: ReadSource
  readonly #modules = new Map<string, ParsedModule>()

  constructor(read: ReadSource) {
    this.#read = read
  }

  /** Sorted by name. Fails: an export that leads to another package or to nothing, with its module. */
  exportsOf(path: string): ReadonlyArray<PublicExport> {
    return [...this.#names(path, new Set())].sort().map((name) => this.#resolve(path, name) ?? missing(path, name))
  }

  /** What a name that is declared in a module or imported by it stands for; undefined outside of the packages. */
  declarationsOf(path: string, name: string): ReadonlyArray<Declaration> {
    const parsed = this.#module(path)
    const local = parsed.declarations.get(name)
    if (local !== undefined) return local
    const binding = parsed.imports.get(name)
    if (binding === undefined || binding.name === null || !binding.specifier.startsWith(".")) return []
    return this.#resolve(target(path, binding), binding.name)?.declarations ?? []
  }

  #module(path: string): ParsedModule {
    const known = this.#modules.get(path)
    if (known !== undefined) return known
    const parsed = parseModule(path, this.#read(path))
    this.#modules.set(path, parsed)
    return parsed
  }

  #names(path: string, seen: Set<string>): ReadonlySet<string> {
    if (seen.has(path)) return new Set()
    seen.add(path)
    const parsed = this.#module(path)
    return new Set([
      ...parsed.exports.keys(),
      ...parsed.exportsAllOf.flatMap((specifier) => [...this.#names(target(path, { specifier, name: null }), seen)])
    ])
  }

  #resolve(path: string, name: string): PublicExport | null {
    const parsed = this.#module(path)
    const exported = parsed.exports.get(name)
    if (exported === undefined) {
      for (const specifier of parsed.exportsAllOf) {
        const found = this.#resolve(target(path, { specifier, name: null }), name)
        if (found !== null) return found
      }
      return null
    }
    if (typeof exported !== "string") return this.#follow(path, name, exported)
    const declarations = parsed.declarations.get(exported)
    if (declarations !== undefined) {
      const own = declarations.find(({ doc }) => doc !== "")?.doc
      const doc = own ?? (posix.basename(path).split(".")[0] === exported ? parsed.header : "")
      return { name, declarations, members: null, doc }
    }
    const binding = parsed.imports.get(exported)
    return binding === undefined ? null : this.#follow(path, name, binding)
  }

  #follow(path: string, name: string, binding: Binding): PublicExport | null {
    const module = target(path, binding)
    if (binding.name === null) {
      return { name, declarations: [], members: this.exportsOf(module), doc: this.#module(module).header }
    }
    const found = this.#resolve(module, binding.name)
    return found === null ? null : { ...found, name }
  }
}

const target = (from: string, { specifier }: Binding): string => {
  if (specifier.startsWith(".")) return posix.join(posix.dirname(from), specifier)
  throw new Error(`${from} exports something of ${specifier}: export what a package declares itself.`)
}

const missing = (path: string, name: string): never => {
  throw new Error(`${path} exports ${name}, which leads to no declaration.`)
}
