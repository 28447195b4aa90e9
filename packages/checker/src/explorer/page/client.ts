/** Asks the explorer's server. The page uses it, and so do programs that walk without a browser. */
import type { Path, ProblemDocument, SearchDocument, StateDocument, SystemsDocument } from "../documents.ts"

export interface Client {
  readonly systems: () => Promise<SystemsDocument>
  readonly state: (system: string, path: Path) => Promise<StateDocument>
  readonly search: (system: string) => Promise<SearchDocument>
  readonly startSearch: (system: string) => Promise<SearchDocument>
}

/** The server has refused a request, and said why. */
export class Refused extends Error {
  readonly status: number
  /** How far the path can be walked, where that was the reason. */
  readonly validPath: Path | null

  constructor(status: number, { problem, validPath }: ProblemDocument) {
    super(problem)
    this.name = "Refused"
    this.status = status
    this.validPath = validPath ?? null
  }
}

/** `base` is the server's URL without its last slash; empty for the page's own server. */
export const makeClient = (base: string): Client => {
  const ask = async <A>(method: string, path: string): Promise<A> => {
    const response = await fetch(`${base}/api/${path}`, { method })
    const text = await response.text()
    if (!response.ok) throw new Refused(response.status, JSON.parse(text))
    return JSON.parse(text)
  }
  return {
    systems: () => ask("GET", "systems"),
    state: (system, path) => ask("GET", `state/${encodeURIComponent(system)}/${path.join(".")}`),
    search: (system) => ask("GET", `check/${encodeURIComponent(system)}`),
    startSearch: (system) => ask("POST", `check/${encodeURIComponent(system)}`)
  }
}
