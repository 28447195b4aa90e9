import { Effect, Result, Schema } from "effect"
import { describe, expect, it } from "vitest"
import { decodeJobArguments } from "../../packages/cli/src/job/jobArguments.ts"
import { optionName, readOptions } from "../../packages/cli/src/job/readOptions.ts"

const Options = Schema.Struct({
  out: Schema.String,
  checkpointEvery: Schema.optionalKey(Schema.String),
  limit: Schema.optional(Schema.Int),
  isFast: Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(false))),
  inputs: Schema.optionalKey(Schema.Array(Schema.String)),
  since: Schema.optionalKey(Schema.DateFromString)
})

const decode = (...tokens: ReadonlyArray<string>) =>
  Effect.runSync(Effect.result(decodeJobArguments(Options, tokens, "job.ts")))

const problemOf = (...tokens: ReadonlyArray<string>): string => {
  const decoded = decode(...tokens)
  return Result.isFailure(decoded) ? decoded.failure.message : "none"
}

describe("options of a job", () => {
  it("are named in kebab case or as the field, with their value behind a blank or an equals sign", () => {
    const expected = { out: "o", checkpointEvery: "200ms", isFast: false }
    expect(decode("--out", "o", "--checkpoint-every", "200ms")).toEqual(Result.succeed(expected))
    expect(decode("--out=o", "--checkpointEvery=200ms")).toEqual(Result.succeed(expected))
  })

  it("become numbers, flags, dates and lists by the job's schema", () => {
    const tokens = ["--is-fast", "--out", "-", "--limit", "-5", "--since=2001-01-01", "--inputs", "a", "--inputs", "b"]
    expect(decode(...tokens)).toEqual(
      Result.succeed({ out: "-", limit: -5, isFast: true, inputs: ["a", "b"], since: new Date("2001-01-01") })
    )
    expect(decode("--out", "o", "--is-fast=false")).toEqual(Result.succeed({ out: "o", isFast: false }))
  })

  it("that are unknown, doubled, without a value or no options at all are told, with those that exist", () => {
    expect(problemOf("--outt", "o")).toContain(
      "The job has no option --outt. It has: --out VALUE, [--checkpoint-every VALUE], [--limit VALUE], [--is-fast], "
    )
    expect(problemOf("--out", "o", "--out", "p")).toContain("Option --out is given twice.")
    expect(problemOf("--out")).toContain("Option --out needs a value: --out VALUE.")
    expect(problemOf("--out", "--is-fast")).toContain("Option --out needs a value")
    expect(problemOf("out")).toContain('"out" is no option. Write options as --name value.')
    expect(problemOf("--", "--out")).toContain('"--" is no option.')
  })

  it("that do not fit are all told at once", () => {
    const problem = problemOf("--limit", "ten", "--is-fast=yes")
    expect(problem).toContain("Option --out is missing.")
    expect(problem).toContain("Option --limit: expected a string representing a finite number.")
    expect(problem).toContain('Option --is-fast: expected "true" | "false".')
  })

  it("may be none", () => {
    expect(Effect.runSync(decodeJobArguments(Schema.Struct({}), [], "job.ts"))).toEqual({})
    expect(Effect.runSync(decodeJobArguments(Schema.Void, [], "job.ts"))).toBeUndefined()
    expect(readOptions(["--limit", "3"], [])).toEqual(Result.fail("The job has no option --limit. It has none."))
  })

  it("that are called as prototypes are refused, or are options like any other", () => {
    const before = Reflect.ownKeys(Object.prototype).length
    for (const name of ["__proto__", "constructor", "toString", "prototype"]) {
      expect(problemOf(`--${name}`, "polluted")).toContain(`The job has no option --${name}. It has:`)
      expect(problemOf(`--${name}=polluted`)).toContain(`The job has no option --${name}. It has:`)
      const ofThis = Schema.Struct({ [name]: Schema.String })
      const decoded = Effect.runSync(decodeJobArguments(ofThis, [`--${name}`, "value"], "job.ts"))
      expect(Object.entries(Object(decoded))).toEqual([[name, "value"]])
    }
    expect(Reflect.ownKeys(Object.prototype).length).toBe(before)
  })

  it("are written in kebab case", () => {
    expect(["out", "checkpointEvery", "parallelism_max"].map(optionName)).toEqual([
      "--out",
      "--checkpoint-every",
      "--parallelism-max"
    ])
  })
})
