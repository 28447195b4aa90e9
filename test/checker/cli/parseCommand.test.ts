import { describe, expect, it } from "vitest"
import { UsageInvalid } from "../../../packages/checker/src/cli/failures.ts"
import { parseCommand } from "../../../packages/checker/src/cli/parseCommand.ts"

describe("the command line of tidemark-check", () => {
  it("leaves open what it does not say", () => {
    expect(parseCommand(["check", "lock.ts"])).toEqual({
      _tag: "Check",
      module: "lock.ts",
      system: null,
      options: {},
      files: {}
    })
    expect(parseCommand(["explore", "lock.ts"])).toEqual({
      _tag: "Explore",
      module: "lock.ts",
      system: null,
      port: 0,
      options: {}
    })
    expect(parseCommand(["replay", "lock.ts", "trace.json"])).toEqual({
      _tag: "Replay",
      module: "lock.ts",
      trace: "trace.json"
    })
  })

  it("passes the options of a search on", () => {
    const flags = ["--strategy", "depth-first", "--visited=compact", "--no-symmetry", "--states-max", "1000"]
    const files = ["--trace", "t.json", "--vitest", "t.test.ts", "--mermaid", "t.mmd"]
    expect(parseCommand(["check", "lock.ts", ...flags, "--keep-going", "--system", "big", ...files])).toEqual({
      _tag: "Check",
      module: "lock.ts",
      system: "big",
      options: {
        strategy: "depth-first",
        visited: "compact",
        symmetry: false,
        statesMax: 1000,
        continueAfterViolation: true
      },
      files: { trace: "t.json", vitest: "t.test.ts", mermaid: "t.mmd" }
    })
    expect(parseCommand(["explore", "lock.ts", "--port", "8080", "--symmetry"])).toMatchObject({
      port: 8080,
      options: { symmetry: true }
    })
  })

  it("helps whoever asks for help, or for nothing", () => {
    for (const args of [
      [],
      ["help"],
      ["--help"],
      ["-h"],
      ["check", "--help"],
      ["explore", "-h"],
      ["replay", "--help"]
    ]) {
      expect(parseCommand(args)).toEqual({ _tag: "Help" })
    }
  })

  it.each([
    [["chekc", "lock.ts"], 'There is no command "chekc"; there are: check, explore, replay.'],
    [["check"], "<module> missing."],
    [["replay", "lock.ts"], "<trace.json> missing."],
    [["check", "a.ts", "b.ts"], 'What is "b.ts"? One module at a time.'],
    [["check", "a.ts", "--visited", "some"], '--visited is one of exact, compact, bitstate; "some" is none.'],
    [["check", "a.ts", "--strategy", "best"], '--strategy is one of breadth-first, depth-first; "best" is none.'],
    [
      ["check", "a.ts", "--states-max", "1e6"],
      '--states-max takes a whole number up to 9007199254740991; "1e6" is none.'
    ],
    [["check", "a.ts", "--bits", "many"], '--bits takes a whole number up to 68719476736; "many" is none.'],
    [["explore", "a.ts", "--port", "65536"], '--port takes a whole number up to 65535; "65536" is none.'],
    [["explore", "a.ts", "--trace", "t.json"], "--trace"],
    [["check", "a.ts", "--system"], "--system"]
  ])("refuses %j", (args, problem) => {
    expect(() => parseCommand(args)).toThrow(UsageInvalid)
    expect(() => parseCommand(args)).toThrow(problem)
    expect(() => parseCommand(args)).toThrow("tidemark-check --help")
  })
})
