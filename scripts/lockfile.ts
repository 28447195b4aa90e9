/** Completes package-lock.json after a change of dependencies; with `--check` (gate "lockfile") it only tells. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { completeLock, type LockEntries } from "./completeLock.ts"
import { repositoryRoot } from "./repository.ts"

const path = join(repositoryRoot, "package-lock.json")
const lock: { readonly packages: LockEntries } = JSON.parse(readFileSync(path, "utf8"))
const { entries, added, problems } = completeLock(lock.packages)
const isCheck = process.argv.includes("--check")

for (const problem of problems) console.error(problem)
if (isCheck) for (const at of added) console.error(`${at} is missing: npm ci refuses the lock. Run: npm run lockfile`)
if (!isCheck && added.length > 0) {
  writeFileSync(path, `${JSON.stringify({ ...lock, packages: entries }, null, 2)}\n`)
}
console.log(`${Object.keys(entries).length} locked packages, ${added.length} ${isCheck ? "missing" : "added"}.`)
process.exitCode = problems.length === 0 && (added.length === 0 || !isCheck) ? 0 : 1
