/** One module of TypeScript, or its declarations, as what it declares, imports and exports. */
import { parseSync } from "oxc-parser"
import { identifierName, isNode, type SyntaxNode } from "../layers/syntax.ts"

/** A name that is declared at the top of a module. Overloads and a type with its value share one name. */
export interface Declaration {
  readonly module: string
  readonly name: string
  readonly node: SyntaxNode
  /** From `export` or `declare` to the end of the statement. */
  readonly text: string
  /** Text of its doc comment without stars; empty without one. */
  readonly doc: string
  /** Whether one of its members has a doc comment. */
  readonly hasDocumentedMember: boolean
}

export interface Binding {
  readonly specifier: string
  /** Name in the other module; null for all of it. */
  readonly name: string | null
}

export interface ParsedModule {
  /** Text of the doc comment that begins the file. */
  readonly header: string
  readonly declarations: ReadonlyMap<string, ReadonlyArray<Declaration>>
  readonly imports: ReadonlyMap<string, Binding>
  /** By exported name: a name of this module, or of another one. */
  readonly exports: ReadonlyMap<string, string | Binding>
  /** Modules of which everything is exported. */
  readonly exportsAllOf: ReadonlyArray<string>
}

interface Comment {
  readonly start: number
  readonly end: number
  readonly text: string
}

const docText = (comment: string): string =>
  comment
    .slice(1)
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
    .join("\n")
    .trim()

const nodesOf = (value: unknown): ReadonlyArray<SyntaxNode> => (Array.isArray(value) ? value.filter(isNode) : [])

const endOf = (node: SyntaxNode): number => (typeof node.end === "number" ? node.end : node.start)

const sourceOf = (statement: SyntaxNode): string | null =>
  isNode(statement.source) && typeof statement.source.value === "string" ? statement.source.value : null

/** Identifiers that a declaration introduces. */
const namesOf = (declaration: SyntaxNode): ReadonlyArray<string> =>
  (declaration.type === "VariableDeclaration" ? nodesOf(declaration.declarations) : [declaration]).flatMap(
    ({ id }) => identifierName(id) ?? []
  )

export const parseModule = (module: string, source: string): ParsedModule => {
  const parsed = parseSync(module, source, { sourceType: "module" })
  const program: unknown = parsed.program
  if (parsed.errors.length > 0 || !isNode(program)) {
    throw new Error(`${module} cannot be parsed: ${parsed.errors[0]?.message ?? "no syntax tree"}`)
  }
  const docs = parsed.comments
    .filter(({ type, value }) => type === "Block" && value.startsWith("*"))
    .map(({ start, end, value }): Comment => ({ start, end, text: docText(value) }))
  const first = docs[0]
  const header = first !== undefined && source.slice(0, first.start).trim() === "" ? first.text : ""
  return new ModuleReader(module, source, docs).read(nodesOf(program.body), header)
}

class ModuleReader {
  readonly #module: string
  readonly #source: string
  readonly #docs: ReadonlyArray<Comment>
  readonly #declarations = new Map<string, ReadonlyArray<Declaration>>()
  readonly #imports = new Map<string, Binding>()
  readonly #exports = new Map<string, string | Binding>()
  readonly #exportsAllOf: Array<string> = []

  constructor(module: string, source: string, docs: ReadonlyArray<Comment>) {
    this.#module = module
    this.#source = source
    this.#docs = docs
  }

  read(statements: ReadonlyArray<SyntaxNode>, header: string): ParsedModule {
    for (const statement of statements) this.#statement(statement)
    return {
      header,
      declarations: this.#declarations,
      imports: this.#imports,
      exports: this.#exports,
      exportsAllOf: this.#exportsAllOf
    }
  }

  #statement(statement: SyntaxNode): void {
    const specifier = sourceOf(statement)
    if (statement.type === "ImportDeclaration" && specifier !== null) this.#import(statement, specifier)
    else if (statement.type === "ExportAllDeclaration" && specifier !== null) {
      const name = identifierName(statement.exported)
      if (name === undefined) this.#exportsAllOf.push(specifier)
      else this.#exports.set(name, { specifier, name: null })
    } else if (statement.type === "ExportNamedDeclaration") this.#export(statement, specifier)
    else if (statement.type === "ExportDefaultDeclaration") {
      throw new Error(`${this.#module} exports by default: the reference knows named exports only.`)
    } else this.#declare(statement, statement)
  }

  #import(statement: SyntaxNode, specifier: string): void {
    for (const one of nodesOf(statement.specifiers)) {
      const local = identifierName(one.local)
      if (local === undefined) continue
      this.#imports.set(local, { specifier, name: identifierName(one.imported) ?? null })
    }
  }

  #export(statement: SyntaxNode, specifier: string | null): void {
    if (isNode(statement.declaration)) {
      this.#declare(statement.declaration, statement)
      for (const name of namesOf(statement.declaration)) this.#exports.set(name, name)
    }
    for (const one of nodesOf(statement.specifiers)) {
      const local = identifierName(one.local)
      const exported = identifierName(one.exported)
      if (local === undefined || exported === undefined) continue
      this.#exports.set(exported, specifier === null ? local : { specifier, name: local })
    }
  }

  #declare(declaration: SyntaxNode, statement: SyntaxNode): void {
    const text = this.#source.slice(statement.start, endOf(statement))
    const comment = this.#docs.findLast(({ end }) => end <= statement.start)
    const isAttached = comment !== undefined && this.#source.slice(comment.end, statement.start).trim() === ""
    for (const name of namesOf(declaration)) {
      const one: Declaration = {
        module: this.#module,
        name,
        node: declaration,
        text,
        doc: isAttached ? comment.text : "",
        hasDocumentedMember: this.#hasDocumentedMember(declaration)
      }
      this.#declarations.set(name, [...(this.#declarations.get(name) ?? []), one])
    }
  }

  /** Comments inside a function are no documentation: of a constant only those between the members of its object count. */
  #hasDocumentedMember(declaration: SyntaxNode): boolean {
    const holders = declaration.type === "VariableDeclaration" ? nodesOf(declaration.declarations) : [declaration]
    return holders.flatMap((holder) => membersOf(holder)).some(({ start }) => this.#isDocumented(start))
  }

  #isDocumented(start: number): boolean {
    const comment = this.#docs.findLast(({ end }) => end <= start)
    return comment !== undefined && this.#source.slice(comment.end, start).trim() === ""
  }
}

/** Members of an interface, class, type literal or object: of all members of a union, too. */
const membersOf = (node: SyntaxNode): ReadonlyArray<SyntaxNode> => {
  switch (node.type) {
    case "TSPropertySignature":
    case "TSMethodSignature":
    case "PropertyDefinition":
    case "MethodDefinition":
    case "Property":
      return [node]
    case "TSInterfaceDeclaration":
    case "ClassDeclaration":
      return [node.body, node.superTypeArguments].filter(isNode).flatMap(membersOf)
    default:
      return ["body", "members", "types", "params", "typeAnnotation", "expression", "properties", "init", "id"]
        .flatMap((field) => (Array.isArray(node[field]) ? node[field] : [node[field]]))
        .filter(isNode)
        .filter(({ type }) => type !== "BlockStatement" && !type.endsWith("FunctionExpression"))
        .flatMap(membersOf)
  }
}
