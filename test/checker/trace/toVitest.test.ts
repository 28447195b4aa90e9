import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { check } from "../../../packages/checker/src/search/check.ts"
import { toVitest } from "../../../packages/checker/src/trace/toVitest.ts"
import { pathOf } from "./paths.ts"
import { arrives, endsAtHome, walk } from "./walker.ts"

const root = resolve(import.meta.dirname, "../../..")
const walker = JSON.stringify(join(import.meta.dirname, "walker.ts"))
const barrel = join(root, "packages/checker/src/trace/index.ts")

const foundFor = (property: typeof endsAtHome) => {
  const [violation] = check(walk, [property]).violations
  if (violation === undefined) throw new Error("the search found nothing")
  return { trace: violation.trace, property: property.name }
}
const terminal = foundFor(endsAtHome)
const lasso = foundFor(arrives("weak"))

/** Files of a project of its own: models, tests generated for them, and how to run them. */
const project: Readonly<Record<string, string>> = {
  "model.ts": `export { default } from ${walker}\n`,
  "corrected.ts": [
    `import model from ${walker}`,
    'const isRight = { _tag: "Terminal", name: "ends at home", holds: () => true }',
    "export default [{ system: model.system, properties: [isRight] }]",
    ""
  ].join("\n"),
  "shorter.ts": [
    `import { component, system } from ${JSON.stringify(join(root, "packages/checker/src/index.ts"))}`,
    `import model from ${walker}`,
    'const walker = component({ name: "walker", start: () => ({ state: 0, effects: [] }), step: (state) => ({ state, effects: [] }) })',
    "export default { system: system({ ...model.system, components: [walker] }), properties: model.properties }",
    ""
  ].join("\n"),
  "violated.test.ts": toVitest({ ...terminal, module: "./model.ts", expect: "violated" }),
  "lasso.test.ts": toVitest({ ...lasso, module: "./model.ts", expect: "violated" }),
  "notYetFixed.test.ts": toVitest({ ...terminal, module: "./model.ts" }),
  "corrected.test.ts": toVitest({ ...terminal, module: "./corrected.ts" }),
  "shorter.test.ts": toVitest({ ...terminal, module: "./shorter.ts" }),
  "vacuous.test.ts": toVitest({ ...terminal, module: "./corrected.ts", expect: "violated" }),
  "vitest.config.mjs": [
    "export default {",
    `  resolve: { alias: { "@tidemark/checker": ${JSON.stringify(barrel)} } },`,
    '  test: { include: ["*.test.ts"], fileParallelism: false, isolate: false }',
    "}",
    ""
  ].join("\n")
}

interface Results {
  readonly testResults: ReadonlyArray<{
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: ReadonlyArray<{
      readonly title: string
      readonly failureMessages: ReadonlyArray<string>
    }>
  }>
}

const runVitest = (directory: string): Promise<Results> =>
  new Promise((done, fail) => {
    const report = join(directory, "report.json")
    const vitest = join(root, "node_modules/vitest/vitest.mjs")
    const config = join(directory, "vitest.config.mjs")
    const args = [vitest, "run", "--root", directory, "--config", config, "--reporter=json", `--outputFile=${report}`]
    execFile(process.execPath, args, { cwd: directory }, (_, stdout, stderr) => {
      try {
        done(JSON.parse(readFileSync(report, "utf8")))
      } catch {
        fail(new Error(`vitest wrote no report:\n${stdout}\n${stderr}`))
      }
    })
  })

describe("toVitest", () => {
  let directory = ""
  let results: Results = { testResults: [] }
  beforeAll(async () => {
    mkdirSync(join(root, ".scratch"), { recursive: true })
    directory = mkdtempSync(join(root, ".scratch", "generated-"))
    for (const [file, text] of Object.entries(project)) writeFileSync(join(directory, file), text)
    results = await runVitest(directory)
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  const resultOf = (file: string) => {
    const found = results.testResults.find(({ name }) => name.endsWith(`/${file}`))
    const failures = found?.assertionResults.flatMap(({ failureMessages }) => failureMessages).join("\n")
    return { status: found?.status, titles: found?.assertionResults.map(({ title }) => title), failures }
  }

  it("the generated file passes as long as the property is violated, if that is expected", () => {
    expect(resultOf("violated.test.ts")).toEqual({
      status: "passed",
      titles: ['the recorded trace of walk violates "ends at home"'],
      failures: ""
    })
    expect(resultOf("lasso.test.ts").status).toBe("passed")
    expect(resultOf("vacuous.test.ts").status).toBe("failed")
  })

  it("the generated file fails as long as the defect is there, and says what is wrong", () => {
    const { status, titles, failures } = resultOf("notYetFixed.test.ts")
    expect(status).toBe("failed")
    expect(titles).toEqual(['the recorded trace of walk does not violate "ends at home" any more'])
    expect(failures).toContain('{"_tag":"Violated","detail":"it is elsewhere"}')
  })

  it("the generated file passes when the property holds, or the trace cannot be walked any more", () => {
    expect(resultOf("corrected.test.ts").status).toBe("passed")
    expect(resultOf("shorter.test.ts").status).toBe("passed")
  })

  it("is text that imports the checker, vitest and the model, whatever the names are", () => {
    const odd = { ...pathOf(walk, []), system: 'a */ "b"\nc' }
    expect(toVitest({ trace: odd, property: 'it\'s "so"', module: "../models/walk.ts" }).split("\n")).toEqual([
      '/** Generated from a trace of a * / "b" c. */',
      'import { recheck, traceFrom } from "@tidemark/checker"',
      'import { expect, test } from "vitest"',
      'import model from "../models/walk.ts"',
      "",
      "const trace = traceFrom({",
      '  "system": "a */ \\"b\\"\\nc",',
      '  "steps": [],',
      '  "loopsTo": null',
      "})",
      "",
      'test("the recorded trace of a */ \\"b\\"\\nc does not violate \\"it\'s \\"so\\"\\" any more", () => {',
      '  const result = recheck(model, trace, "it\'s \\"so\\"")',
      '  expect(result._tag, JSON.stringify(result)).not.toBe("Violated")',
      "})",
      ""
    ])
  })
})
