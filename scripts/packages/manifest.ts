/** The manifest that a package is published with: that of the checkout without what only a checkout needs. */

export type Manifest = Readonly<Record<string, unknown>>

/** The condition under which a checkout resolves packages to sources; no package is published with it. */
export const sourceCondition = "tidemark-source"

const isRecord = (value: unknown): value is Manifest =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** One entry of `exports`: types first, as the first condition that matches is taken. */
const publishedExport = (entry: unknown): unknown => {
  if (!isRecord(entry)) return entry
  const { [sourceCondition]: _, types, default: target, ...others } = entry
  if (typeof target !== "string") return entry
  return { types: types ?? target.replace(/\.js$/, ".d.ts"), ...others, default: target }
}

/**
 * Drops the source condition and the scripts, states the types of every entry, and demands the Node that is tested.
 *
 * A package without entries is a command: nobody may import its insides.
 */
export const publishedManifest = (manifest: Manifest, nodeRange: string): Manifest => {
  const { scripts: _, exports, ...kept } = manifest
  const entries = isRecord(exports) ? Object.entries(exports) : []
  return {
    ...kept,
    engines: { node: nodeRange },
    exports: {
      ...Object.fromEntries(entries.map(([entry, value]) => [entry, publishedExport(value)])),
      "./package.json": "./package.json"
    }
  }
}

/** Links out of a package lead nowhere once it stands alone: their texts stay. */
export const publishedReadme = (text: string): string => text.replaceAll(/\[([^\]]+)\]\((?:\.\.\/)+[^)]*\)/g, "$1")
