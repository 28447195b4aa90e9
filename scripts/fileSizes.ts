/**
 * No source file grows beyond the limit. Files that were longer when the rule came are frozen with their
 * length in frozenFileSizes.json; an entry may only shrink and then disappear.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { listSourceFiles } from "./layers/modules.ts"

export const linesMax = 400

export type FrozenSizes = Readonly<Record<string, number>>

/** Says what is wrong with the lengths of files; empty when nothing is. */
export const checkFileSizes = (sizes: ReadonlyMap<string, number>, frozen: FrozenSizes): ReadonlyArray<string> => {
  const grown = [...sizes].flatMap(([path, lines]) => {
    const limit = Math.max(frozen[path] ?? 0, linesMax)
    return lines <= limit ? [] : [`${path} has ${lines} lines, the limit is ${limit}. Split it by concept.`]
  })
  const loose = Object.entries(frozen).flatMap(([path, limit]) => {
    const lines = sizes.get(path) ?? 0
    if (lines >= limit && lines > linesMax) return []
    const advice = lines > linesMax ? `Lower its entry to ${lines}` : "Remove its entry"
    return [`${path} is frozen at ${limit} lines and has ${lines}. ${advice} in scripts/frozenFileSizes.json.`]
  })
  return [...grown, ...loose]
}

export const readFileSizes = (root: string): ReadonlyMap<string, number> =>
  new Map(listSourceFiles(root).map((path) => [path, lineCount(readFileSync(join(root, path), "utf8"))]))

const lineCount = (text: string): number => text.split("\n").length - (text.endsWith("\n") ? 1 : 0)
