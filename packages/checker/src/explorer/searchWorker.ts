/** Thread: searches one system, says how far it is, and ends. */
import { parentPort, workerData } from "node:worker_threads"
import { conclusionOf } from "../cli/conclusion.ts"
import { messageOf } from "../cli/failures.ts"
import { loadModels, type Model } from "../cli/moduleContract.ts"
import { resolveSources } from "../cli/resolveSources.ts"
import { compileSystem } from "../engine/compileSystem.ts"
import { check } from "../search/check.ts"
import type { Report } from "../search/Report.ts"
import type { Trace } from "../trace/Trace.ts"
import type { FoundPath, SearchResult } from "./documents.ts"
import type { SearchNews, SearchOrder } from "./searchMessages.ts"
import { pathOf } from "./walkPath.ts"

const tell = (news: SearchNews): void => parentPort?.postMessage(news)

const search = async ({ module, options, system: name }: SearchOrder): Promise<void> => {
  resolveSources()
  const model = (await loadModels(module)).find(({ system }) => system.name === name)
  if (model === undefined) throw new Error(`Module ${module} has no system "${name}" any more.`)
  const report = check(model.system, model.properties ?? [], {
    ...options,
    onProgress: (progress) => tell({ _tag: "Progress", ...progress })
  })
  const { edges, seconds, states } = report
  tell({ _tag: "Done", states, edges, seconds, result: resultOf(report, model) })
}

/** Paths as indices: those are what the page can walk. */
const resultOf = (report: Report, { properties = [], system }: Model): SearchResult => {
  const { coverage, depth, isComplete, omission, violations, warnings, witnesses } = report
  const engine = compileSystem(system)
  const found = (property: string, detail: string, trace: Trace): FoundPath => ({
    property,
    detail,
    path: pathOf(engine, trace),
    loopsTo: trace.loopsTo
  })
  return {
    depth,
    isComplete,
    omission,
    conclusions: properties.map((property) => conclusionOf(property, report)),
    violations: violations.map(({ detail, property, trace }) => found(property, detail, trace)),
    witnesses: Object.entries(witnesses).map(([property, trace]) => found(property, "", trace)),
    warnings,
    untaken: coverage.untaken
  }
}

const order: SearchOrder = workerData
search(order).catch((error: unknown) => tell({ _tag: "Failed", problem: messageOf(error) }))
