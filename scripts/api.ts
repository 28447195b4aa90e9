/**
 * Writes docs/api: a page per entry of the packages with every public name, its signature and its doc comment.
 *
 * `npm run api` compiles the packages first, as signatures are what the compiler declares. With `--check` nothing is
 * written, and a page that differs from the sources fails.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { commandPage } from "./api/commandPage.ts"
import { publicEntries } from "./api/entries.ts"
import { ApiReader } from "./api/exportsOf.ts"
import { apiPages, commandPageName, itemsOf, note } from "./api/pages.ts"
import type { Declaration } from "./api/parseModule.ts"
import { layOut, signatureOf } from "./api/signatures.ts"
import { compilePackages } from "./packages/compile.ts"
import { checkPages, type Pages, writePages } from "./pages.ts"
import { repositoryRoot } from "./repository.ts"

const folder = join(repositoryRoot, "docs", "api")
const compiled = join(repositoryRoot, "out", "api", "build")

const keyOf = ({ module, name }: Declaration): string => `${module} ${name}`

const generate = (): Pages => {
  const problem = compilePackages(compiled)
  if (problem !== null) throw new Error(`the sources do not compile, nothing was changed.\n${problem}`)
  const sources = new ApiReader((path) => readFileSync(join(repositoryRoot, "packages", path), "utf8"))
  const declared = new ApiReader((path) => readFileSync(join(compiled, path.replace(/\.ts$/, ".d.ts")), "utf8"))
  const entries = publicEntries(repositoryRoot)
  const named = new Map(
    [...itemsOf(entries, sources).values()]
      .flat()
      .flatMap(({ exported }) => exported.declarations)
      .map((one) => [keyOf(one), one] as const)
  )
  const texts = [...named].flatMap(([key, { module, name }]) =>
    [...new Set(declared.declarationsOf(module, name).map((one) => signatureOf(one, declared)))].map(
      (text) => [key, text] as const
    )
  )
  const laidOut = layOut(
    texts.map(([, text]) => text),
    join(repositoryRoot, "out", "api", "signatures")
  )
  const signatures = Map.groupBy(
    texts.map(([key], index) => ({ key, text: laidOut[index] ?? "" })),
    ({ key }) => key
  )
  const pages = apiPages(entries, {
    sources,
    signaturesOf: ({ declarations }) =>
      [...new Set(declarations.map(keyOf))].flatMap((key) => signatures.get(key)?.map(({ text }) => text) ?? [])
  })
  return new Map([...pages, [commandPageName, commandPage(note)]])
}

try {
  const pages = generate()
  if (process.argv.includes("--check")) {
    const problems = checkPages(folder, pages)
    for (const problem of problems) console.error(`docs/api/${problem} Run \`npm run api\` and look at the change.`)
    console.log(`${pages.size} pages of the reference, ${problems.length} of them stale.`)
    process.exitCode = problems.length === 0 ? 0 : 1
  } else {
    writePages(folder, pages)
    console.log(`${pages.size} pages written to docs/api.`)
  }
} catch (error) {
  console.error(`api: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
