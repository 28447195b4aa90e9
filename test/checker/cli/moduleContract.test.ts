import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { loadModels } from "../../../packages/checker/src/cli/moduleContract.ts"
import { fixture, makeFolder } from "./runCheck.ts"

const folder = makeFolder()
let modules = 0

/** A module of its own for each text: Node loads a file once. */
const moduleWith = (text: string): string => {
  const path = join(folder, `model-${++modules}.mjs`)
  writeFileSync(path, text)
  return path
}

const lock = `{ name: "lock", components: [{ name: "a", start: () => {}, step: () => {} }], initially: [] }`

describe("a module that tidemark-check loads", () => {
  it("exports one model, or several of different names", async () => {
    const one = await loadModels(moduleWith(`export default { system: ${lock} }`))
    expect(one.map(({ system }) => system.name)).toEqual(["lock"])
    const several = await loadModels(fixture("checkout.ts"))
    expect(several.map(({ system }) => system.name)).toEqual(["checkout", "checkout that forgets"])
    expect(several[0]?.properties).toHaveLength(3)
  })

  it("has to be a file that can be loaded", async () => {
    await expect(loadModels("no/such.ts")).rejects.toThrow("Module no/such.ts does not exist (")
    mkdirSync(join(folder, "directory"))
    await expect(loadModels(join(folder, "directory"))).rejects.toThrow("is not a file")
    await expect(loadModels(moduleWith("export default ("))).rejects.toThrow("could not be loaded:")
    await expect(loadModels(moduleWith('throw new Error("no luck")'))).rejects.toThrow("could not be loaded: no luck")
  })

  it.each([
    ["export const model = 1", "has no default export"],
    ["export default []", "exports an empty list of models"],
    ["export default 7", "is a number, not a model"],
    ["export default { model: 1 }", "has no field `system`"],
    ["export default { system: 1 }", "is no system (made by system(...))"],
    ["export default { system: { name: 'x' } }", "is no system: `components`, `initially` missing or of another kind"],
    [
      "export default { system: { name: 'x', components: [{}], initially: [] } }",
      "`components` missing or of another kind"
    ],
    [`export default { system: ${lock}, properties: [{ name: "p" }] }`, "`properties` that is no list of properties"],
    [`export default { system: ${lock}, options: 1 }`, "`options` that is no record"],
    [`export default [{ system: ${lock} }, 3]`, "model 2, is a number"],
    [`export default [{ system: ${lock} }, { system: ${lock} }]`, 'exports two systems named "lock". Rename one.']
  ])("is refused where it says %s", async (text, problem) => {
    await expect(loadModels(moduleWith(text))).rejects.toThrow(problem)
  })
})
