/** docs/api against the sources: every public name is on the page of its entry, and says what it is for. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { helpOf, subcommandsOf } from "../../scripts/api/commandPage.ts"
import { publicEntries } from "../../scripts/api/entries.ts"
import { ApiReader } from "../../scripts/api/exportsOf.ts"
import { apiPages, commandPageName, indexPage, itemsOf, undocumented } from "../../scripts/api/pages.ts"
import { repositoryRoot } from "../../scripts/repository.ts"

const text = (...path: ReadonlyArray<string>): string => readFileSync(join(repositoryRoot, ...path), "utf8")

const entries = publicEntries(repositoryRoot)
const sources = new ApiReader((path) => text("packages", path))
const items = itemsOf(entries, sources)

/** Signatures take a build to make: `npm run api -- --check` compares them, too. */
const withoutCode = (page: string): string =>
  page
    .replaceAll(/^```ts\n[\s\S]*?^```$/gm, "")
    .replaceAll(/\n{2,}/g, "\n\n")
    .trim()

it("exports are found across the files of every entry, so that an empty page is never taken for a complete one", () => {
  expect(entries.map(({ specifier }) => specifier)).toContain("@tidemark/core/storage")
  for (const { page, specifier } of entries) expect(items.get(page)?.length, specifier).toBeGreaterThan(0)
  const names = items.get("core.md")?.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(["Job", "Pipeline", "StorageFailure", "State.value"]))
})

it("every entry has its page, and every page an entry", () => {
  expect(readdirSync(join(repositoryRoot, "docs", "api")).sort()).toEqual(
    [indexPage, commandPageName, ...entries.map(({ page }) => page)].sort()
  )
})

for (const { page, specifier } of entries) {
  it(`the page of ${specifier} has every public name with the doc comment of the sources: npm run api`, () => {
    const expected = apiPages(entries, { sources, signaturesOf: () => [] }).get(page) ?? ""
    expect(withoutCode(text("docs", "api", page))).toBe(withoutCode(expected))
  })
}

it("the page of the command has a section for every subcommand", () => {
  const page = text("docs", "api", commandPageName)
  const commands = subcommandsOf(helpOf([]))
  expect(commands).toEqual(expect.arrayContaining(["run", "savepoint", "state"]))
  for (const command of commands) expect(page).toContain(`\n## tidemark ${command}\n`)
})

it("the README of the command names every subcommand", () => {
  const readme = text("packages", "cli", "README.md")
  const page = text("docs", "api", commandPageName)
  const commands = [...page.matchAll(/^## (tidemark .+)$/gm)].map(([, command = ""]) => command)
  const groups = commands.filter((command) => commands.some((other) => other.startsWith(`${command} `)))
  const named = commands.filter((command) => !groups.includes(command))
  expect(named).toEqual(expect.arrayContaining(["tidemark run", "tidemark state get"]))
  for (const command of named) expect(readme).toContain(`| \`${command} <`)
})

it("every public name has a doc comment or documented members", () => {
  expect(undocumented(items)).toEqual([])
})
