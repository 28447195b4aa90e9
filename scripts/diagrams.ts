/**
 * Writes docs/diagrams/<machine>.md for every machine of the protocol.
 *
 * `npm run diagrams` writes; with `--check` (gate "diagrams") nothing is written and a page that differs from its
 * machine, is missing or belongs to no machine fails.
 */
import { join } from "node:path"
import { machines } from "../packages/core/src/protocol/machines.ts"
import { machinePage } from "./mermaid.ts"
import { checkPages, writePages } from "./pages.ts"
import { repositoryRoot } from "./repository.ts"

const folder = join(repositoryRoot, "docs", "diagrams")
const pages = new Map(
  Object.entries(machines).map(([name, machine]) => [`${name}.md`, machinePage(`Machine \`${name}\``, machine.root)])
)

if (process.argv.includes("--check")) {
  const problems = checkPages(folder, pages)
  for (const problem of problems)
    console.error(`docs/diagrams/${problem} Run \`npm run diagrams\` and look at the change.`)
  console.log(`${pages.size} diagrams, ${problems.length} of them stale.`)
  process.exitCode = problems.length === 0 ? 0 : 1
} else {
  writePages(folder, pages)
  console.log(`${pages.size} diagrams written to docs/diagrams.`)
}
