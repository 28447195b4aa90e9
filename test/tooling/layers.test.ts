import { describe, expect, it } from "vitest"
import { checkLayers } from "../../scripts/layers/check.ts"
import { listSourceFiles } from "../../scripts/layers/modules.ts"
import { repositoryRoot } from "../../scripts/repository.ts"
import { makeCheckout } from "./checkout.ts"

const core = "packages/core/src"

const problemsOf = (files: Readonly<Record<string, string>>): ReadonlyArray<string> =>
  checkLayers(makeCheckout(files)).violations.map(({ path, line, problem }) => `${path}:${line} ${problem}`)

/** A checkout in which `from` imports an existing module at `to`. */
const importing = (from: string, specifier: string, to: string): Readonly<Record<string, string>> => ({
  [from]: `import type { X } from "${specifier}"\nexport type Y = X\n`,
  [to]: "export type X = string\n"
})

describe("the module-count guard", () => {
  it("M1 reads every source file of this repository", () => {
    const { importCount, moduleCount } = checkLayers(repositoryRoot)
    expect(moduleCount).toBe(listSourceFiles(repositoryRoot).length)
    expect(importCount).toBeGreaterThan(20)
  })

  it("M1 refuses a checkout without any module", () => {
    expect(problemsOf({})).toEqual([".:1 the layer check read 0 of 0 modules, so it proves nothing."])
  })

  it("M1 names a module that it cannot read", () => {
    const problems = problemsOf({ [`${core}/model/a.ts`]: "export const = 1\n", [`${core}/model/b.ts`]: "export {}\n" })
    expect(problems[0]).toBe(".:1 the layer check read 1 of 2 modules, so it proves nothing.")
    expect(problems[1]).toContain(`${core}/model/a.ts:1 cannot be read:`)
  })
})

describe("arrows inside core", () => {
  it.each([
    ["model", "protocol"],
    ["protocol", "state"],
    ["state", "storage"],
    ["storage", "connector"],
    ["connector", "operator"],
    ["operator", "pipeline"],
    ["pipeline", "runtime"],
    ["runtime", "testing"],
    ["protocol", "runtime"]
  ])("A1 %s never imports %s", (from, to) => {
    expect(problemsOf(importing(`${core}/${from}/a.ts`, `../${to}/b.ts`, `${core}/${to}/b.ts`))).toEqual([
      `${core}/${from}/a.ts:1 ${from} imports ${to} (../${to}/b.ts). Arrows go down only: see the layers in CONTRIBUTING.md.`
    ])
  })

  it.each([
    ["protocol", "model"],
    ["connector", "storage"],
    ["operator", "state"],
    ["pipeline", "operator"],
    ["runtime", "protocol"],
    ["testing", "runtime"]
  ])("A1 %s may import %s", (from, to) => {
    expect(problemsOf(importing(`${core}/${from}/a.ts`, `../${to}/b.ts`, `${core}/${to}/b.ts`))).toEqual([])
  })

  it("A1 the main entry never re-exports the test kit", () => {
    const problems = problemsOf({
      [`${core}/index.ts`]: 'export * from "./testing/a.ts"\n',
      [`${core}/testing/a.ts`]: ""
    })
    expect(problems).toEqual([expect.stringContaining("index.ts imports testing")])
  })

  it("a folder that is no layer is refused", () => {
    expect(problemsOf({ [`${core}/helpers/a.ts`]: "" })).toEqual([
      expect.stringContaining("helpers is no layer of core")
    ])
  })

  it("an import of a file that does not exist is named", () => {
    expect(problemsOf({ [`${core}/model/a.ts`]: 'import "./gone.ts"\n' })).toEqual([
      `${core}/model/a.ts:1 imports ./gone.ts, which does not exist.`
    ])
  })
})

describe("every form of import counts", () => {
  it.each([
    ["a type import", 'import type { X } from "../runtime/b.ts"'],
    ["an inline type import", 'import { type X } from "../runtime/b.ts"'],
    ["a bare import", 'import "../runtime/b.ts"'],
    ["an import over several lines", 'import {\n  X\n} from "../runtime/b.ts"'],
    ["a re-export", 'export * from "../runtime/b.ts"'],
    ["a named re-export", 'export type { X } from "../runtime/b.ts"'],
    ["a dynamic import", 'export const load = () => import("../runtime/b.ts")'],
    ["an import type", 'export type X = import("../runtime/b.ts").X']
  ])("M2 %s is seen", (_, source) => {
    const problems = problemsOf({ [`${core}/model/a.ts`]: source, [`${core}/runtime/b.ts`]: "export type X = 1\n" })
    expect(problems).toEqual([expect.stringContaining("model imports runtime")])
  })

  it("M2 text and comments that look like imports are not seen", () => {
    const source = 'export const text = `import "../runtime/b.ts"`\n// import "../runtime/b.ts"\n'
    expect(problemsOf({ [`${core}/model/a.ts`]: source, [`${core}/runtime/b.ts`]: "" })).toEqual([])
  })
})

describe("arrows between packages", () => {
  const memory = "packages/backends/src/memory/index.ts"
  const jsonl = "packages/connectors/src/jsonl/index.ts"

  it("A2 backends and connectors never import each other", () => {
    expect(problemsOf(importing(memory, "@tidemark/connectors/jsonl", jsonl))).toEqual([
      `${memory}:1 backends imports connectors (@tidemark/connectors/jsonl). It may import: core.`
    ])
    expect(problemsOf(importing(jsonl, "@tidemark/backends/memory", memory))).toHaveLength(1)
  })

  it("A2 core imports no other package", () => {
    expect(problemsOf(importing(`${core}/runtime/a.ts`, "@tidemark/backends/memory", memory))).toEqual([
      expect.stringContaining("core imports backends (@tidemark/backends/memory). It may import: no package of ours.")
    ])
  })

  it("A2 a public entry of core may be imported", () => {
    expect(problemsOf(importing(memory, "@tidemark/core/storage", `${core}/storage/index.ts`))).toEqual([])
  })

  it("A2 internals of core are refused, by package name and by path", () => {
    const internal = `${core}/storage/log.ts`
    expect(problemsOf(importing(memory, "@tidemark/core/storage/log", internal))).toEqual([
      expect.stringContaining("which is no public entry. Use one of the exports of @tidemark/core.")
    ])
    expect(problemsOf(importing(memory, "../../../core/src/storage/log.ts", internal))).toEqual([
      expect.stringContaining("reaches into core")
    ])
  })

  it("A2 a package never imports itself by name", () => {
    expect(problemsOf(importing(`${core}/runtime/a.ts`, "@tidemark/core/storage", `${core}/storage/index.ts`))).toEqual(
      [expect.stringContaining("imports its own package as @tidemark/core/storage. Use a relative import.")]
    )
  })

  it("A2 a package without arrows is refused", () => {
    expect(problemsOf({ "packages/extra/src/index.ts": "" })).toEqual([
      expect.stringContaining("package extra has no arrows")
    ])
  })

  it("A3 packages import nothing of test/ and scripts/, tests may reach internals", () => {
    expect(problemsOf(importing(memory, "../../../../test/support/a.ts", "test/support/a.ts"))).toEqual([
      expect.stringContaining("packages use nothing of test/")
    ])
    expect(problemsOf(importing("test/a.test.ts", "../packages/core/src/model/b.ts", `${core}/model/b.ts`))).toEqual([])
  })
})

describe("pure layers", () => {
  const impure: ReadonlyArray<readonly [string, string]> = [
    ["Date", "export const a = Date.now()"],
    ["Date", "export const a = new Date()"],
    ["Date", "export const a = [1].map(Date)"],
    ["Math.random", "export const a = Math.random()"],
    ["Math.random", 'export const a = Math["random"]()'],
    ["Math.random", "export const { random } = Math"],
    ["performance", "export const a = performance.now()"],
    ["setTimeout", "setTimeout(() => {}, 1)"],
    ["setInterval", "export const a = { setInterval }"],
    ["process", "export const a = process.env"],
    ["console", 'console.log("x")'],
    ["globalThis", "export const a = globalThis"],
    ["Effect.runSync", 'import { Effect } from "effect"\nexport const a = Effect.runSync(Effect.void)'],
    ["Effect.runFork", 'import { Effect as E } from "effect"\nexport const a = E.runFork(E.void)'],
    ["Effect.runPromise", 'import * as Effect from "effect/Effect"\nexport const a = Effect.runPromise'],
    ["Effect.runSync", 'import { runSync } from "effect/Effect"\nexport const a = runSync']
  ]
  it.each(impure)("A4 %s is found in: %s", (name, source) => {
    for (const layer of ["model", "protocol", "operator", "pipeline"]) {
      const problems = problemsOf({ [`${core}/${layer}/a.ts`]: source })
      expect(problems).toEqual([expect.stringContaining(`${layer}/ is pure and uses ${name}.`)])
    }
  })

  it("A4 the line of a use is named", () => {
    const problems = problemsOf({ [`${core}/model/a.ts`]: "const a = 1\n\nexport const b = a + Date.now()\n" })
    expect(problems[0]).toMatch(/^packages\/core\/src\/model\/a\.ts:3 /)
  })

  it("A4 Node modules are refused", () => {
    expect(problemsOf({ [`${core}/protocol/a.ts`]: 'import { readFileSync } from "node:fs"\n' })).toEqual([
      expect.stringContaining("protocol/ is pure and imports node:fs.")
    ])
  })

  it("A4 the same names are free in runtime", () => {
    const source = impure.map(([, text], index) => text.replaceAll(/\b([ab])\b/g, `$1${index}`)).join("\n")
    expect(problemsOf({ [`${core}/runtime/a.ts`]: source.replaceAll(/^import.*$/gm, "") })).toEqual([])
  })

  it.each([
    ["a computed date", "export const a = new Date(0).toISOString(), b = Date.UTC(2001, 0)"],
    ["a property of that name", "export const a = (x: { process: () => number }) => x.process()"],
    ["a method of that name", "export const a = { process() { return 1 }, console: 2 }"],
    ["a type of that name", "export type A = Date | typeof process"],
    ["a declaration of that name", "export const process = (n: number) => n\nexport const a = process(1)"],
    ["a parameter of that name", "export const a = ({ process }: { process: number }) => process + 1"],
    ["an effect that is not run", 'import { Effect } from "effect"\nexport const a = Effect.succeed(1)'],
    ["arithmetic", "export const a = Math.floor(1.5)"]
  ])("A4 %s is allowed", (_, source) => {
    expect(problemsOf({ [`${core}/operator/a.ts`]: source })).toEqual([])
  })
})

describe("cycles", () => {
  it("a cycle of type imports over three modules is shown once, with its way round", () => {
    const problems = problemsOf({
      [`${core}/runtime/a.ts`]: 'export type { B } from "./b.ts"\n',
      [`${core}/runtime/b.ts`]: 'import type { C } from "./c.ts"\nexport type B = C\n',
      [`${core}/runtime/c.ts`]: 'export type C = import("./a.ts").B\n',
      [`${core}/runtime/d.ts`]: 'export type { B } from "./a.ts"\n'
    })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain("runtime/a.ts -> packages/core/src/runtime/b.ts -> packages/core/src/runtime/c.ts")
  })

  it("a diamond is no cycle", () => {
    const problems = problemsOf({
      [`${core}/runtime/a.ts`]: 'import "./b.ts"\nimport "./c.ts"\n',
      [`${core}/runtime/b.ts`]: 'import "./d.ts"\n',
      [`${core}/runtime/c.ts`]: 'import "./d.ts"\n',
      [`${core}/runtime/d.ts`]: ""
    })
    expect(problems).toEqual([])
  })
})
