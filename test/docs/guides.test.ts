/** The guides: their TypeScript compiles, their commands run and print what the page shows. */
import { spawnSync } from "node:child_process"
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { basename, delimiter, join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { repositoryRoot } from "../../scripts/repository.ts"
import { blocksOf } from "./markdown.ts"

/** For a machine that does a lot else. */
const commands = join(repositoryRoot, "node_modules/.bin")
const guides = globSync("docs/guides/*.md", { cwd: repositoryRoot })
  .sort()
  .map((page) => ({
    name: basename(page, ".md"),
    blocks: blocksOf(readFileSync(join(repositoryRoot, page), "utf8"))
  }))

let folder = ""

const run = (program: string, args: ReadonlyArray<string>, cwd: string): string => {
  const { NODE_OPTIONS: _, ...env } = process.env
  const path = `${commands}${delimiter}${env.PATH ?? ""}`
  const options = { cwd, env: { ...env, PATH: path }, encoding: "utf8", timeout: 150_000 } as const
  const ended = spawnSync(program, args, options)
  expect(ended.status, `${ended.stdout}${ended.stderr}`).toBe(0)
  return ended.stdout
}

beforeAll(() => {
  mkdirSync(join(repositoryRoot, "out"), { recursive: true })
  folder = mkdtempSync(join(repositoryRoot, "out/guides-"))
  symlinkSync(join(repositoryRoot, "packages"), join(folder, "packages"), "junction")
  for (const { blocks, name } of guides) {
    mkdirSync(join(folder, name))
    for (const { argument, language, text } of blocks) {
      if (language === "ts" && argument !== "") writeFileSync(join(folder, name, argument), `${text}\n`)
    }
  }
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe("the guides", () => {
  it("show TypeScript that compiles under the strict settings of the workspace", () => {
    const config = { extends: "../../tsconfig.json", include: guides.map(({ name }) => `${name}/*.ts`) }
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config))
    expect(run(join(commands, "tsc"), ["-p", "tsconfig.json"], folder)).toBe("")
  })

  for (const { blocks, name } of guides) {
    for (const [index, { argument, language, line, text }] of blocks.entries()) {
      const shown = blocks[index + 1]
      if (language !== "sh" || argument !== "run" || shown?.language !== "text") continue
      it(`${name}, line ${line}: the command prints what the page shows`, () => {
        expect(run("bash", ["-euc", text], join(folder, name)).trimEnd()).toBe(shown.text)
      })
    }
  }
})
