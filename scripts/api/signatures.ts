/**
 * The signatures of the reference: what the compiler declares, in the layout of the repository, cut where it is long.
 *
 * All are laid out by one run of the formatter over files that hold one declaration each.
 */
import { spawnSync } from "node:child_process"
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { isNode } from "../layers/syntax.ts"
import { repositoryRoot } from "../repository.ts"
import type { ApiReader } from "./exportsOf.ts"
import type { Declaration } from "./parseModule.ts"

const linesMax = 48

/** Narrower than the sources: a page is. */
const lineWidth = 100

/** Lays out declarations; answers them in the same order. */
export const layOut = (declarations: ReadonlyArray<string>, folder: string): ReadonlyArray<string> => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const [index, text] of declarations.entries()) writeFileSync(join(folder, `${index}.d.ts`), text)
  const biome = join(repositoryRoot, "node_modules/@biomejs/biome/bin/biome")
  const args = [biome, "format", "--write", "--vcs-enabled=false", `--line-width=${lineWidth}`, folder]
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: repositoryRoot, encoding: "utf8" })
  if (status !== 0) throw new Error(`the declarations cannot be laid out.\n${stderr}`)
  return declarations.map((_, index) =>
    shorten(
      readFileSync(join(folder, `${index}.d.ts`), "utf8")
        .trim()
        .replace(/^export /, "")
    )
  )
}

const indentOf = (line: string): number => line.length - line.trimStart().length

/** Leaves out the deepest lines of a long declaration until it is short enough: never part of a line. */
const shorten = (text: string): string => {
  const lines = text.split("\n")
  const deepest = Math.max(...lines.map(indentOf))
  for (let depth = deepest; depth >= 2 && lines.length > linesMax; depth -= 2) {
    const kept = withoutDeeper(lines, depth)
    if (kept.length <= linesMax || depth === 2) return closed(kept.join("\n"))
  }
  return text
}

/** `{ … }` on one line. */
const closed = (text: string): string =>
  text.replaceAll(/([{<([])\n\s*…\n\s*([}>)\]])/g, "$1 … $2").replaceAll(/:\n\s*…$/gm, ": …")

const withoutDeeper = (lines: ReadonlyArray<string>, depth: number): ReadonlyArray<string> =>
  lines.flatMap((line, index) => {
    if (indentOf(line) <= depth) return [line]
    return indentOf(lines[index - 1] ?? "") <= depth ? [`${" ".repeat(depth + 2)}…`] : []
  })

/** A declaration as a reader wants to see it, not yet laid out. What the compiler calls `<name>_base` is a tagged error. */
export const signatureOf = (declaration: Declaration, reader: ApiReader): string =>
  withFunctions(declaration, reader)
    .replaceAll(/import\("[^"]+"\)\.(?=\w)/g, "")
    .replaceAll(/\{@link ([\w.]+)\}/g, "`$1`")
    .replaceAll(/^\s*#private;\n/gm, "")
    .replace(/^export declare /, "export ")
    .replace(/ extends \w+_base\b/, " extends TaggedError")

/** `typeof source` says nothing to who reads one page: the function itself stands there, with its comment. */
const withFunctions = (declaration: Declaration, reader: ApiReader): string =>
  declaration.text.replaceAll(
    /^( *)((?:readonly )?\w+: )typeof (\w+);$/gm,
    (line, indent: string, member: string, name: string) => {
      const found = reader.declarationsOf(declaration.module, name)[0]
      const type = found === undefined ? null : functionType(found)
      if (found === undefined || type === null) return line
      const isDocumented = declaration.text.slice(0, declaration.text.indexOf(line)).trimEnd().endsWith("*/")
      return `${isDocumented ? "" : commentOf(found.doc, indent)}${indent}${member}${type};`
    }
  )

const commentOf = (doc: string, indent: string): string => {
  if (doc === "") return ""
  if (!doc.includes("\n")) return `${indent}/** ${doc} */\n`
  return `${[`${indent}/**`, ...doc.split("\n").map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`].join("\n")}\n`
}

/** `(a: string) => void` of `declare const f: (a: string) => void`; null of anything that is no function. */
const functionType = ({ node, text }: Declaration): string | null => {
  const first: unknown = Array.isArray(node.declarations) ? node.declarations[0] : null
  const id = isNode(first) && isNode(first.id) ? first.id : null
  const annotation = id !== null && isNode(id.typeAnnotation) ? id.typeAnnotation.typeAnnotation : null
  if (!isNode(annotation) || annotation.type !== "TSFunctionType") return null
  return text
    .slice(text.indexOf(":") + 1)
    .replace(/;$/, "")
    .trim()
}
