import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { runNode } from "../support/runNode.ts"

const scripts = ["bench/main.ts", "bench/profile.ts", "mutants/main.ts", "model/main.ts", "soak/main.ts"]

const run = (script: string, ...args: ReadonlyArray<string>) =>
  runNode(["--conditions=tidemark-source", `test/${script}`, ...args])

describe("the command lines of the scripts", () => {
  it.live.each(scripts)("test/%s shows its usage when asked, and with what it cannot use", (script) =>
    Effect.gen(function* () {
      const asked = yield* run(script, "--help")
      expect(asked).toMatchObject({ code: 0, stderr: "", stdout: expect.stringMatching(/^usage: npm run \w+ -- /) })
      const misused = yield* run(script, "--nonsense")
      expect(misused).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(/--nonsense/) })
      expect(misused.stderr).toContain(asked.stdout)
    })
  )

  it.live("a benchmark or a configuration that does not exist is named, beside those that do", () =>
    Effect.gen(function* () {
      const benchmark = yield* run("bench/main.ts", "keyed", "kayed")
      expect(benchmark).toMatchObject({ code: 2, stderr: expect.stringMatching(/No benchmark kayed\.[\s\S]*keyed/) })
      const configuration = yield* run("model/main.ts", "joyn")
      expect(configuration).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/No configuration joyn\.[\s\S]*join/)
      })
    })
  )
})
