/** Runs an example as its header says: in a process of its own. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

export const root = fileURLToPath(new URL("../../", import.meta.url))

export interface Ran {
  readonly exitCode: number | null
  readonly lines: ReadonlyArray<string>
  /** Standard output and standard error, for the message of a failed test. */
  readonly text: string
}

/** `program` lies in `packages/examples/src`. */
export const runExample = async (program: string, args: ReadonlyArray<string> = []): Promise<Ran> => {
  const child = spawn(
    process.execPath,
    ["--conditions=tidemark-source", `packages/examples/src/${program}`, ...args],
    // A development machine's colours and options must not leak into what is compared.
    {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1", FORCE_COLOR: "" },
      stdio: ["ignore", "pipe", "pipe"]
    }
  )
  let output = ""
  let errors = ""
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk
  })
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    errors += chunk
  })
  await once(child, "close")
  return { exitCode: child.exitCode, lines: output.trimEnd().split("\n"), text: output + errors }
}
