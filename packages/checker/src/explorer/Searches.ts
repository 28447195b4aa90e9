/**
 * The searches that the page asks for: at most one at a time for each system, each in a thread of its own, so that the
 * server goes on answering.
 */
import { Worker } from "node:worker_threads"
import type { CheckOptions } from "../search/Report.ts"
import type { SearchDocument } from "./documents.ts"
import type { SearchNews, SearchOrder } from "./searchMessages.ts"

/** The sources run as `.ts`, the build as `.js`; both files lie beside this one. */
const workerUrl = import.meta.url.endsWith(".ts")
  ? new URL("./searchWorker.ts", import.meta.url)
  : new URL("./searchWorker.js", import.meta.url)

interface Search {
  readonly worker: Worker
  readonly startedMs: number
  document: SearchDocument
}

export class Searches {
  readonly #module: string
  readonly #searches = new Map<string, Search>()

  constructor(module: string) {
    this.#module = module
  }

  /** How the search of a system stands. */
  status(system: string): SearchDocument {
    const search = this.#searches.get(system)
    if (search === undefined) return { ...idle, system }
    if (search.document.status !== "running") return search.document
    return { ...search.document, seconds: (performance.now() - search.startedMs) / 1000 }
  }

  /** Starts one, unless one is running. */
  start(system: string, options: CheckOptions): SearchDocument {
    if (this.status(system).status !== "running") this.#searches.set(system, this.#begin(system, options))
    return this.status(system)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#searches.values()].map(({ worker }) => worker.terminate()))
  }

  #begin(system: string, options: CheckOptions): Search {
    const order: SearchOrder = { module: this.#module, system, options }
    const worker = new Worker(workerUrl, { workerData: order })
    const search: Search = {
      worker,
      startedMs: performance.now(),
      document: { ...idle, system, status: "running" }
    }
    worker.on("message", (news: SearchNews) => {
      search.document = after(search.document, news)
    })
    const fail = (problem: string): void => {
      search.document = after(this.status(system), { _tag: "Failed", problem })
    }
    worker.on("error", (error) => fail(error instanceof Error ? error.message : String(error)))
    worker.on("exit", (code) => {
      if (search.document.status === "running") fail(`The thread that searched has ended with exit code ${code}.`)
    })
    return search
  }
}

const idle = { status: "none", seconds: 0, states: 0, edges: 0, result: null, problem: null } as const

const after = (document: SearchDocument, news: SearchNews): SearchDocument => {
  switch (news._tag) {
    case "Progress":
      return { ...document, states: news.states, edges: news.edges }
    case "Done": {
      const { edges, result, seconds, states } = news
      return { ...document, status: "done", seconds, states, edges, result }
    }
    case "Failed":
      return { ...document, status: "failed", problem: news.problem }
  }
}
