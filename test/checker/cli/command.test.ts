import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { correct, mutant } from "../explorer/served.ts"
import { environment, fixture, makeFolder, program, runCheck } from "./runCheck.ts"

const checkout = fixture("checkout.ts")
const folder = makeFolder()

const steps = ["1. timer patience of shop fires", "2. bank receives charge from requests", "3. bank receives charge"]

describe("tidemark-check check", () => {
  it("says what holds of a correct system, and exits with 0", () => {
    const { code, stderr, stdout } = runCheck(["check", checkout, "--system", correct])
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(stdout).toMatch(/^checkout: 49 states, 88 edges, depth 10, 2 ends, [\d.]+ s, complete\n/)
    expect(stdout).toContain("✓  always     nobody is charged twice             holds\n")
    expect(stdout).toContain("✓  sometimes  an answer is lost after the charge  seen after 2 steps\n")
    expect(stdout).toContain("✓  leads to   who orders gets it                  holds\n")
    expect(stdout).not.toContain(mutant)
  })

  it("shows the mutant's shortest counterexample in words, writes it to files, and exits with 1", () => {
    const files = ["--trace", "trace.json", "--vitest", "bug.test.ts", "--mermaid", "bug.mmd"]
    const { code, stdout } = runCheck(["check", checkout, ...files], folder)
    expect(code).toBe(1)
    expect(stdout).toContain("✗  always     nobody is charged twice             violated after 3 steps")
    expect(stdout).toContain("nobody is charged twice: 2 charges")
    for (const step of steps) expect(stdout).toContain(step)
    expect(stdout).toContain("bank: context.charges 1 -> 2")
    expect(JSON.parse(readFileSync(join(folder, "trace.json"), "utf8"))).toMatchObject({
      system: mutant,
      loopsTo: null
    })
    expect(readFileSync(join(folder, "bug.mmd"), "utf8")).toMatch(/^sequenceDiagram\n/)
    const test = readFileSync(join(folder, "bug.test.ts"), "utf8")
    expect(test).toContain('import model from "../../test/checker/cli/fixtures/checkout.ts"')
    expect(test).toContain("nobody is charged twice")
  })

  it("does not take an unseen `sometimes`, or a search that ended early by itself, for a proof", () => {
    writeFileSync(
      join(folder, "unseen.ts"),
      `import models from ${JSON.stringify(checkout)}
      const [{ system }] = models
      export default { system, properties: [{ _tag: "Sometimes", name: "pigs fly", holds: () => false }] }`
    )
    const unseen = runCheck(["check", join(folder, "unseen.ts")])
    expect(unseen.stdout).toContain("✗  sometimes  pigs fly  never seen")
    expect(unseen.stdout).toContain('warning: "pigs fly" was never seen')
    expect(unseen.code).toBe(1)
    const cut = runCheck(["check", checkout, "--system", correct, "--states-max", "10"])
    expect(cut.stdout).toContain("not complete")
    expect(cut.stdout).toContain("?  always     nobody is charged twice             not decided")
    expect(cut.code).toBe(0)
  })

  it("says in which file and line a module cannot be loaded", () => {
    const broken = join(folder, "broken.ts")
    writeFileSync(broken, "export const fine = 1\nexport default {{ system: \n")
    const { code, stderr } = runCheck(["check", broken])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^error: Module .*broken\.ts could not be loaded: .* \(file:.*broken\.ts:2\)\n$/)
  })

  it("exits with 2 and says what to do when it is asked for what cannot be", () => {
    for (const [args, problem] of [
      [["check", "no-such.ts"], "error: Module no-such.ts does not exist"],
      [["check", checkout, "--system", "x"], `has no system "x"; there are: ${correct}, ${mutant}.`],
      [["check", checkout, "--trace", "no/such/folder/t.json"], "no/such/folder/t.json could not be written"],
      [["replay", checkout, "no-such.json"], "error: Trace no-such.json could not be read"],
      [["what"], 'error: There is no command "what"']
    ] as const) {
      const { code, stderr } = runCheck(args)
      expect({ code, stderr }, args.join(" ")).toEqual({ code: 2, stderr: expect.stringContaining(problem) })
      expect(stderr).not.toContain("    at ")
    }
  })

  it("refuses a system that is put together wrongly", () => {
    writeFileSync(
      join(folder, "wrong.ts"),
      `import models from ${JSON.stringify(checkout)}
      const [{ system }] = models
      export default { system: { ...system, channels: [] } }`
    )
    const { code, stderr } = runCheck(["check", join(folder, "wrong.ts")])
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('names the channel "requests"') })
  })

  it("explains itself", () => {
    expect(runCheck(["--help"])).toMatchObject({ code: 0, stdout: expect.stringContaining("tidemark-check explore") })
  })
})

describe("tidemark-check replay", () => {
  it("walks a counterexample again: violated by the mutant, not possible with the correct machines", () => {
    const trace = join(folder, "again.json")
    runCheck(["check", checkout, "--system", mutant, "--trace", trace])
    const still = runCheck(["replay", checkout, trace])
    expect(still.code).toBe(1)
    for (const step of steps) expect(still.stdout).toContain(step)
    expect(still.stdout).toContain('"nobody is charged twice" is violated: 2 charges')

    writeFileSync(trace, readFileSync(trace, "utf8").replace(mutant, correct))
    const fixed = runCheck(["replay", checkout, trace])
    expect(fixed).toMatchObject({ code: 0, stdout: expect.stringContaining("nothing is wrong on it") })

    writeFileSync(trace, readFileSync(trace, "utf8").replace('"patience"', '"impatience"'))
    const gone = runCheck(["replay", checkout, trace])
    expect(gone).toMatchObject({ code: 1, stdout: expect.stringContaining("cannot happen (any more)") })
  })

  it("refuses a file that is no trace", () => {
    writeFileSync(join(folder, "none.json"), '{"system":"checkout","steps":[{"_tag":"Fly"}],"loopsTo":null}')
    const { code, stderr } = runCheck(["replay", checkout, join(folder, "none.json")])
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("Step 1") })
  })
})

describe("tidemark-check explore", () => {
  it("prints where it is, answers and searches there, and ends with a signal", async () => {
    const child = spawn(process.execPath, [program, "explore", checkout], {
      env: environment(),
      stdio: ["ignore", "pipe", "pipe"]
    })
    let problems = ""
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      problems += text
    })
    const closed = once(child, "close")
    try {
      const [line] = await once(child.stdout.setEncoding("utf8"), "data")
      const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(String(line))?.[0] ?? ""
      expect(await (await fetch(`${url}page/main.ts`)).text()).toContain("import")
      await fetch(`${url}api/check/${encodeURIComponent(mutant)}`, { method: "POST" })
      const search = async () =>
        JSON.stringify(await (await fetch(`${url}api/check/${encodeURIComponent(mutant)}`)).json())
      await expect.poll(search, { timeout: 60_000 }).toContain("2 charges")
    } finally {
      child.kill("SIGTERM")
    }
    const [code] = await closed
    expect({ code, problems }).toEqual({ code: 0, problems: "" })
  })
})
