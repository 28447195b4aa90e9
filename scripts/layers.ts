/** Gate "layers": fails when a module imports what it may not, or when not every module could be read. */
import { checkLayers } from "./layers/check.ts"
import { repositoryRoot } from "./repository.ts"

const report = checkLayers(repositoryRoot)
for (const { path, line, problem } of report.violations) console.error(`${path}:${line} ${problem}`)
console.log(
  `${report.moduleCount} modules, ${report.importCount} imports between them, ${report.violations.length} violations.`
)
process.exitCode = report.violations.length === 0 ? 0 : 1
