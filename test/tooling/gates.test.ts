import { expect, it } from "vitest"
import { parseGates } from "../../scripts/gates.ts"

const gate = (name: string) => ({ name, title: name, command: ["true"] })
const gates = [gate("lint"), gate("types"), gate("tests")]

it("no names choose every gate", () => {
  expect(parseGates(gates, [])).toEqual({ _tag: "Gates", gates })
})

it("names choose gates in the order of the list, whatever the order of the names", () => {
  expect(parseGates(gates, ["tests", "lint"])).toEqual({ _tag: "Gates", gates: [gate("lint"), gate("tests")] })
})

it("an unknown name runs nothing: a misspelled gate must not look like a passed one", () => {
  expect(parseGates(gates, ["lint", "tipes"])).toEqual({ _tag: "Unknown", names: ["tipes"] })
})
