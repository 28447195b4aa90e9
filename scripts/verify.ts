/**
 * Runs the gates of the repository in order and stops at the first that fails.
 *
 * `npm run verify` runs all, `npm run verify -- types layers` only those named.
 */
import { spawnSync } from "node:child_process"
import { delimiter, join } from "node:path"
import { type Gate, parseGates } from "./gates.ts"
import { repositoryRoot } from "./repository.ts"

const bin = join(repositoryRoot, "node_modules", ".bin")
const script = (file: string, ...args: ReadonlyArray<string>): ReadonlyArray<string> => [
  "node",
  "--conditions=tidemark-source",
  join("scripts", file),
  ...args
]

const colors = process.stdout.isTTY ? [] : ["--colors=off"]

const gates: ReadonlyArray<Gate> = [
  { name: "lockfile", title: "complete lockfile", command: script("lockfile.ts", "--check") },
  { name: "lint", title: "format and lint", command: ["biome", "ci", ...colors, "--error-on-warnings", "."] },
  { name: "types", title: "types", command: ["npm", "run", "--silent", "types"] },
  { name: "layers", title: "layer arrows", command: script("layers.ts") },
  { name: "sizes", title: "file sizes", command: script("sizes.ts") },
  { name: "dead-code", title: "dead code", command: ["knip"] },
  { name: "diagrams", title: "drift of diagrams", command: script("diagrams.ts", "--check") },
  { name: "tests", title: "tests", command: ["vitest", "run"] }
]

const seconds = (sinceMs: number): string => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`

const runGate = ({ name, title, command }: Gate): boolean => {
  const [program = "", ...args] = command
  console.log(`\n=== ${name}: ${title}`)
  const startedMs = performance.now()
  const result = spawnSync(program, args, {
    cwd: repositoryRoot,
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ""}` },
    shell: process.platform === "win32",
    stdio: ["ignore", "inherit", "inherit"]
  })
  if (result.error !== undefined) console.error(`${program} could not be started: ${result.error.message}`)
  const passed = result.status === 0
  console.log(`=== ${name}: ${passed ? "passed" : "FAILED"} in ${seconds(startedMs)}`)
  return passed
}

const chosen = parseGates(gates, process.argv.slice(2))
if (chosen._tag === "Unknown") {
  console.error(
    `verify: no gate is called ${chosen.names.join(", ")}. Gates: ${gates.map(({ name }) => name).join(", ")}.`
  )
  process.exitCode = 2
} else {
  const startedMs = performance.now()
  const failed = chosen.gates.find((gate) => !runGate(gate))
  console.log(
    failed === undefined
      ? `\nverify: ${chosen.gates.length} gates passed in ${seconds(startedMs)}.`
      : `\nverify: gate "${failed.name}" failed. Run it alone with: npm run verify -- ${failed.name}`
  )
  process.exitCode = failed === undefined ? 0 : 1
}
