import { expect, it } from "vitest"
import { checkFileSizes, readFileSizes } from "../../scripts/fileSizes.ts"
import { makeCheckout } from "./checkout.ts"

const sizes = (lines: number): ReadonlyMap<string, number> => new Map([["a.ts", lines]])

it("a file of 400 lines passes, one of 401 does not", () => {
  expect(checkFileSizes(sizes(400), {})).toEqual([])
  expect(checkFileSizes(sizes(401), {})).toEqual(["a.ts has 401 lines, the limit is 400. Split it by concept."])
})

it("a frozen file may stay but not grow", () => {
  expect(checkFileSizes(sizes(500), { "a.ts": 500 })).toEqual([])
  expect(checkFileSizes(sizes(501), { "a.ts": 500 })).toEqual([expect.stringContaining("the limit is 500")])
})

it("a frozen entry shrinks with its file and disappears at the limit or with the file", () => {
  expect(checkFileSizes(sizes(450), { "a.ts": 500 })).toEqual([expect.stringContaining("Lower its entry to 450")])
  expect(checkFileSizes(sizes(400), { "a.ts": 500 })).toEqual([expect.stringContaining("Remove its entry")])
  expect(checkFileSizes(new Map(), { "a.ts": 500 })).toEqual([expect.stringContaining("Remove its entry")])
})

it("lines are counted with and without a last line break", () => {
  const root = makeCheckout({ "test/a.ts": "1\n2\n", "test/b.ts": "1\n2" })
  expect([...readFileSizes(root)]).toEqual([
    ["test/a.ts", 2],
    ["test/b.ts", 2]
  ])
})
