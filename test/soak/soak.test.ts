/** What decides about the outcome of a soak; the soak itself takes minutes: `npm run soak`. */
import { expect, it } from "vitest"
import { judge, table } from "./measures.ts"
import { parseOptions } from "./options.ts"

it("options that nobody gives have defaults", () => {
  expect(parseOptions([])).toEqual({ minutes: 10, seed: 1, steadyShare: 0.5 })
  expect(parseOptions(["--minutes", "0.5", "--seed", "3", "--steady=1"])).toEqual({
    minutes: 0.5,
    seed: 3,
    steadyShare: 1
  })
})

it("options that cannot be used are refused with a sentence that names them", () => {
  const refused: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]> = [
    [["--minuts", "3"], /--minuts/],
    [["3"], /'3'/],
    [["--minutes"], /--minutes/],
    [["--minutes", "0"], /--minutes 0 is no number above 0/],
    [["--minutes", "soon"], /--minutes soon/],
    [["--minutes", "Infinity"], /--minutes Infinity/],
    [["--minutes="], /--minutes/],
    [["--seed", "1.5"], /--seed 1\.5/],
    [["--steady", "1.1"], /--steady 1\.1/]
  ]
  for (const [args, message] of refused) expect(parseOptions(args), args.join(" ")).toMatch(message)
})

it("a measure has grown when the median of its later half is above the limit, whatever its peaks are", () => {
  const limit = { measure: "heap", unit: "MiB", factor: 1.1, slack: 1 }
  expect(judge(limit, [30, 30, 31, 31, 30, 90]).result).toBe("flat")
  expect(judge(limit, [30, 30, 31, 35, 36, 36])).toMatchObject({ result: "grew", early: 30, late: 36, most: 34 })
  expect(judge(limit, [30, 90, 90, 90]).result).toBe("few")
})

it("a table has columns as wide as their widest cell, with numbers on the right", () => {
  expect(
    table([
      ["name", "count"],
      ["a", "5"]
    ])
  ).toBe("name  count\na         5")
})
