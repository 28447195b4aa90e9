/** Gate "sizes": see fileSizes.ts. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { checkFileSizes, type FrozenSizes, linesMax, readFileSizes } from "./fileSizes.ts"
import { repositoryRoot } from "./repository.ts"

const frozen: FrozenSizes = JSON.parse(readFileSync(join(repositoryRoot, "scripts", "frozenFileSizes.json"), "utf8"))
const sizes = readFileSizes(repositoryRoot)
const problems = checkFileSizes(sizes, frozen)
for (const problem of problems) console.error(problem)
const longest = [...sizes].reduce((a, b) => (b[1] > a[1] ? b : a), ["", 0])
console.log(`${sizes.size} files, limit ${linesMax} lines, longest ${longest[0]} with ${longest[1]}.`)
process.exitCode = problems.length === 0 ? 0 : 1
