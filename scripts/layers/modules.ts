/**
 * Reads the TypeScript modules of the repository: what each imports, and which impure names it uses.
 *
 * M1 Every file that exists is either read or reported: a parser that reads nothing must never look like a clean result.
 * M2 Type imports, re-exports, dynamic imports and `import("...")` types count like any other import.
 */
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parseSync } from "oxc-parser"
import { impureUsesOf, type Use } from "./impureUses.ts"
import { childrenOf, isNode, type SyntaxNode } from "./syntax.ts"

export interface Import {
  readonly specifier: string
  readonly line: number
}

export interface Module {
  /** Path relative to the repository, with forward slashes. */
  readonly path: string
  readonly imports: ReadonlyArray<Import>
  readonly impureUses: ReadonlyArray<Use>
}

export interface ReadModules {
  readonly modules: ReadonlyMap<string, Module>
  /** How many source files exist; more than `modules` when some could not be read. */
  readonly fileCount: number
  readonly unreadable: ReadonlyArray<{ readonly path: string; readonly problem: string }>
}

const sourcePatterns = [
  "packages/*/src/**/*.ts",
  "packages/*/bin/**/*.{js,ts}",
  "test/**/*.ts",
  "scripts/**/*.{ts,mjs}"
]

/** Lists the source files of the repository as sorted relative paths with forward slashes. */
export const listSourceFiles = (root: string): ReadonlyArray<string> =>
  globSync(sourcePatterns, { cwd: root, exclude: ["**/node_modules/**", "**/dist/**"] })
    .map((path) => path.replaceAll("\\", "/"))
    .sort()

/** Reads every source file under `root`. */
export const readModules = (root: string): ReadModules => {
  const modules = new Map<string, Module>()
  const unreadable: Array<{ path: string; problem: string }> = []
  const paths = listSourceFiles(root)
  for (const path of paths) {
    const source = readFileSync(join(root, path), "utf8")
    const parsed = parseSync(path, source, { sourceType: "module" })
    const program: unknown = parsed.program
    const error = parsed.errors[0]
    if (error === undefined && isNode(program)) modules.set(path, moduleOf(path, source, program))
    else unreadable.push({ path, problem: error?.message ?? "the parser returned no syntax tree" })
  }
  return { modules, fileCount: paths.length, unreadable }
}

const moduleOf = (path: string, source: string, program: SyntaxNode): Module => {
  const lineOf = lineFinder(source)
  const imports: Array<Import> = []
  collectImports(program, (specifier, offset) => imports.push({ specifier, line: lineOf(offset) }))
  return { path, imports, impureUses: impureUsesOf(program, lineOf) }
}

const importingNodes: ReadonlySet<string> = new Set([
  "ImportDeclaration",
  "ExportAllDeclaration",
  "ExportNamedDeclaration",
  "ImportExpression",
  "TSImportType"
])

const collectImports = (node: SyntaxNode, found: (specifier: string, offset: number) => void): void => {
  if (importingNodes.has(node.type) && isNode(node.source) && typeof node.source.value === "string") {
    found(node.source.value, node.source.start)
  }
  for (const { child } of childrenOf(node)) collectImports(child, found)
}

const lineFinder = (source: string): ((offset: number) => number) => {
  const starts = [0]
  for (let at = source.indexOf("\n"); at !== -1; at = source.indexOf("\n", at + 1)) starts.push(at + 1)
  return (offset) => starts.findLastIndex((start) => start <= offset) + 1
}
