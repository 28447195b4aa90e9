/**
 * Every block of these pages is executed, in its order, as a newcomer would: in a folder of the checkout, with the real
 * command. What is printed has to be what the page shows, apart from what is measured.
 */
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { repositoryRoot } from "../../scripts/repository.ts"
import { type Block, blocksOf } from "./markdown.ts"

/** For a machine that does a lot else. */

/** Each is executed in a folder of its own. */
const pages = ["README.md", "packages/checker/README.md"]

let folder = ""

const commands = join(repositoryRoot, "node_modules/.bin")

/** Runs a program as in a shell of its own: without what the test runner sets. */
const run = (program: string, args: ReadonlyArray<string>): string => {
  const { NODE_OPTIONS: _, TIDEMARK_DEBUG: __, ...env } = process.env
  const ended = spawnSync(program, args, {
    cwd: folder,
    env: { ...env, PATH: `${commands}${delimiter}${env.PATH ?? ""}` },
    encoding: "utf8"
  })
  expect({ status: ended.status, stderr: ended.status === 0 ? "" : `${ended.stdout}${ended.stderr}` }).toEqual({
    status: 0,
    stderr: ""
  })
  return ended.stdout
}

/** With these commands on the path, what `npx` does is to run them. */
const runScript = (script: string): string => run("bash", ["-euc", `npx() { "$@"; }\n${script}`])

/** Durations, sizes, speeds, times: what another run measures. */
const withoutMeasures = (line: string): string =>
  line
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, "TIME")
    .replace(/\d[\d,.]*( (ms|s|min|B|kB|MB)\b|\/s)/g, "#")
    .replace(/\s+/g, " ")
    .trim()

/** Where also the number of checkpoints depends on the speed of the machine: lines without numbers, each once. */
const withoutNumbers = (line: string): string => withoutMeasures(line).replace(/\d[\d,.]*/g, "#")

const shapeOf = (output: string, { argument }: Block): ReadonlyArray<string> => {
  const lines = output.trimEnd().split("\n")
  if (argument !== "measured") return lines.map((line) => (line.startsWith("{") ? line : withoutMeasures(line)))
  return [...new Set(lines.map(withoutNumbers))]
}

const scripts = (): ReadonlySet<string> => {
  const { scripts }: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(
    readFileSync(join(repositoryRoot, "package.json"), "utf8")
  )
  return new Set(Object.keys(scripts))
}

describe.each(pages)("the page %s", (page) => {
  const text = readFileSync(join(repositoryRoot, page), "utf8")
  const blocks = blocksOf(text)

  beforeAll(() => {
    mkdirSync(join(repositoryRoot, "out"), { recursive: true })
    folder = mkdtempSync(join(repositoryRoot, "out/readme-"))
    symlinkSync(join(repositoryRoot, "packages"), join(folder, "packages"), "junction")
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it("has only blocks that are executed here", () => {
    const kinds = blocks.map(({ argument, language }) => `${language} ${argument}`.trim())
    const isKnown = (kind: string): boolean => /^(sh|sh run|ts [\w-]+\.ts|text|text measured)$/.test(kind)
    expect(kinds.filter((kind) => !isKnown(kind))).toEqual([])
    expect(kinds.filter((kind) => kind === "sh run").length).toBeGreaterThan(2)
  })

  it("names npm scripts that exist", () => {
    const named = blocks
      .filter(({ argument, language }) => language === "sh" && argument === "")
      .flatMap(({ text }) => text.split("\n"))
    if (page === "README.md") expect(named.length).toBeGreaterThan(0)
    const inText = [...text.matchAll(/`npm run ([\w-]+)/g)].map((match) => `npm run ${match[1]}`)
    for (const command of [...named, ...inText]) {
      const script = /^npm (?:run )?([\w-]+)$/.exec(command)?.[1]
      expect(script, `"${command}" runs a script`).toBeDefined()
      expect(scripts(), `script of "${command}"`).toContain(script)
    }
  })

  it("shows TypeScript that compiles under the strict settings of the workspace", () => {
    const files = blocks.filter(({ language }) => language === "ts")
    expect(files.length).toBeGreaterThan(0)
    for (const { argument, text } of files) writeFileSync(join(folder, argument), `${text}\n`)
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ extends: "../../tsconfig.json", include: ["*.ts"] }))
    expect(run(join(commands, "tsc"), ["-p", "tsconfig.json"])).toBe("")
  })

  for (const [index, block] of blocks.entries()) {
    if (block.language !== "sh" || block.argument !== "run") continue
    const next = blocks[index + 1]
    const shown = next?.language === "text" ? next : null
    it(`runs the commands of line ${block.line}${shown === null ? "" : " with the output that it shows"}`, () => {
      const output = runScript(block.text)
      if (shown !== null) expect(shapeOf(output, shown)).toEqual(shapeOf(shown.text, shown))
    })
  }
})
