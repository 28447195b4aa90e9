// Puts the packaged Node into node_modules/.bin when npm did not. npm 10 drops the packages of other platforms together
// with their commands, and all of them have the same one: `node`. Plain JavaScript, runs on whatever Node there is.
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

/** Returns whether scripts find a packaged Node on their PATH. */
export const linkNode = (root, platform = process.platform, arch = process.arch) => {
  const isWindows = platform === "win32"
  const packageName = `node-${isWindows ? "win" : platform}-${arch}`
  const bin = join(root, "node_modules", ".bin")
  const command = join(bin, isWindows ? "node.cmd" : "node")
  if (existsSync(command)) return true
  const program = join("bin", isWindows ? "node.exe" : "node")
  if (!existsSync(join(root, "node_modules", packageName, program))) return false
  mkdirSync(bin, { recursive: true })
  if (isWindows) writeFileSync(command, `@"%~dp0..\\${packageName}\\${program}" %*\r\n`)
  else symlinkSync(join("..", packageName, program), command)
  return true
}

if (process.argv[1] === fileURLToPath(import.meta.url)) linkNode(dirname(dirname(fileURLToPath(import.meta.url))))
