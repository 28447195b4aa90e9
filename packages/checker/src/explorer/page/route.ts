/** Where the page is: `#/<system>/<indices of actions joined by .>`. */
import type { Path } from "../documents.ts"

export interface Route {
  readonly system: string
  readonly path: Path
}

export const formatRoute = ({ path, system }: Route): string => `#/${encodeURIComponent(system)}/${path.join(".")}`

/** Null for a hash that is no route. */
export const parseRoute = (hash: string): Route | null => {
  const [, name, indices = ""] = /^#\/([^/]+)(?:\/(\d+(?:\.\d+)*)?)?$/.exec(hash) ?? []
  if (name === undefined) return null
  try {
    return { system: decodeURIComponent(name), path: indices === "" ? [] : indices.split(".").map(Number) }
  } catch {
    return null
  }
}

export const startsWith = (path: Path, prefix: Path): boolean =>
  prefix.length <= path.length && prefix.every((index, at) => path[at] === index)
