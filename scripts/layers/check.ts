/** Checks the arrows of a whole checkout: every module read (M1), every arrow allowed (A1-A4), no cycles. */
import { checkModule, type Violation } from "./arrows.ts"
import { findCycles } from "./cycles.ts"
import { type ReadModules, readModules } from "./modules.ts"
import { makeResolve } from "./resolve.ts"

export interface LayerReport {
  readonly moduleCount: number
  readonly importCount: number
  readonly violations: ReadonlyArray<Violation>
}

export const checkLayers = (root: string): LayerReport => {
  const read = readModules(root)
  const resolve = makeResolve(root)
  const modules = [...read.modules.values()]
  const edges = new Map(
    modules.map((module) => [
      module.path,
      module.imports.flatMap(({ specifier }) => {
        const target = resolve(module.path, specifier)
        return target?._tag === "Module" ? [target.path] : []
      })
    ])
  )
  const cycles = findCycles(edges).map((way) => ({
    path: way[0] ?? "",
    line: 1,
    problem: `is part of an import cycle: ${way.join(" -> ")}. Move what both need to a module below.`
  }))
  return {
    moduleCount: modules.length,
    importCount: [...edges.values()].reduce((sum, targets) => sum + targets.length, 0),
    violations: [...countGuard(read), ...modules.flatMap((module) => checkModule(module, resolve)), ...cycles]
  }
}

/** M1: a checker that read less than there is proves nothing. */
const countGuard = (read: ReadModules): ReadonlyArray<Violation> => {
  const unreadable = read.unreadable.map(({ path, problem }) => ({
    path,
    line: 1,
    problem: `cannot be read: ${problem}`
  }))
  if (read.fileCount > 0 && read.modules.size === read.fileCount) return unreadable
  const problem = `the layer check read ${read.modules.size} of ${read.fileCount} modules, so it proves nothing.`
  return [{ path: ".", line: 1, problem }, ...unreadable]
}
