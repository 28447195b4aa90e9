import { expect, it } from "vitest"
import { completeLock } from "../../scripts/completeLock.ts"

const tool = { version: "1.0.0", dev: true, optionalDependencies: { "@tool/cli-linux-x64-musl": "1.0.0" } }
const musl = { version: "1.0.0", cpu: ["x64"], dev: true, libc: ["musl"], optional: true, os: ["linux"] }

it("a missing package of another platform is added with the version and platform that its parent and name tell", () => {
  const { entries, added, problems } = completeLock({ "": {}, "node_modules/tool": tool })
  expect(added).toEqual(["node_modules/@tool/cli-linux-x64-musl"])
  expect(problems).toEqual([])
  expect(Object.entries(entries)).toEqual([
    ["", {}],
    ["node_modules/@tool/cli-linux-x64-musl", musl],
    ["node_modules/tool", tool]
  ])
})

it("a complete lock stays as it is, also when the package stands beside its parent or above it", () => {
  for (const at of ["node_modules/a/node_modules/tool/", "node_modules/a/", ""]) {
    const entries = {
      "": {},
      [`${at}node_modules/@tool/cli-linux-x64-musl`]: musl,
      "node_modules/a/node_modules/tool": tool
    }
    expect(completeLock(entries).added).toEqual([])
  }
})

it("what cannot be told from the name or the version is a problem and not a guess", () => {
  const { added, problems } = completeLock({
    "": { optionalDependencies: { fsevents: "2.3.3", "a-linux-x64": "^1.0.0" } }
  })
  expect(added).toEqual([])
  expect(problems).toEqual([
    "fsevents is missing and its name tells no platform.",
    'a-linux-x64 is missing and "^1.0.0" is no exact version.'
  ])
})
