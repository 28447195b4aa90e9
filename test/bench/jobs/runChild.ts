import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

/** Runs a module as a process of its own. Fails: when it ends without a report. */
export const runChild = <A>(module: URL, args: ReadonlyArray<string>): Promise<A> =>
  new Promise((resolve, reject) => {
    const script = fileURLToPath(module)
    const child = spawn(process.execPath, ["--conditions=tidemark-source", script, ...args], {
      stdio: ["ignore", "inherit", "inherit", "ipc"]
    })
    let report: A | null = null
    child.on("message", (message: A) => {
      report = message
    })
    child.on("error", reject)
    child.on("exit", (code, signal) => {
      if (code === 0 && report !== null) resolve(report)
      else reject(new Error(`${script} ended with ${signal ?? `exit code ${code}`} and no report.`))
    })
  })
