// Installs the workspace when it is missing or older than the lockfile. Plain JavaScript without dependencies:
// it runs before anything is installed, on whatever Node the machine has.
import { spawnSync } from "node:child_process"
import { existsSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { linkNode } from "./linkNode.mjs"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const lockfile = join(root, "package-lock.json")
const installed = join(root, "node_modules", ".package-lock.json")

const isCurrent = existsSync(installed) && statSync(installed).mtimeMs >= statSync(lockfile).mtimeMs
if (!isCurrent) {
  console.error("tidemark: installing dependencies (npm ci) ...")
  const npm = process.env.npm_execpath
  const [command, args] = npm ? [process.execPath, [npm]] : ["npm", []]
  const result = spawnSync(command, [...args, "ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: !npm && process.platform === "win32"
  })
  if (result.status !== 0) {
    console.error("tidemark: npm ci failed; see its message above. Check the network and try again.")
    process.exit(result.status ?? 1)
  }
}

const hasPackagedNode = linkNode(root)
const major = Number(process.versions.node.split(".")[0])
if (major < 24 && !hasPackagedNode) {
  console.error(
    `tidemark: needs Node 24 or newer, this is ${process.version}, and no packaged Node exists for ` +
      `${process.platform}-${process.arch}. Install Node 24 and try again.`
  )
  process.exit(1)
}
