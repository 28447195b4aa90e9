/** Runs a program of this checkout in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import type { Scope } from "effect/Scope"

export interface Ended {
  /** Null if it was killed. */
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunningNode {
  readonly child: ChildProcess
  readonly ended: Effect.Effect<Ended>
}

/** Where Node keeps compiled code by default: a process starts in half the time. */
const compileCache = join(tmpdir(), "node-compile-cache")

/** The root of the checkout. */
const root = fileURLToPath(new URL("../../", import.meta.url))

/** Starts a program, given by its path in the checkout; it is killed with the scope at the latest. */
export const startNode = (
  program: string,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
): Effect.Effect<RunningNode, never, Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(process.execPath, ["--conditions=tidemark-source", program, ...args], {
        cwd: root,
        env: { ...process.env, NODE_COMPILE_CACHE: compileCache, ...env },
        stdio: ["ignore", "pipe", "pipe"]
      })
      let stdout = ""
      let stderr = ""
      child.stdout.on("data", (text) => {
        stdout += String(text)
      })
      child.stderr.on("data", (text) => {
        stderr += String(text)
      })
      const closed = once(child, "close")
      const ended = Effect.promise(async () => {
        await closed
        return { code: child.exitCode, signal: child.signalCode, stdout, stderr }
      })
      return { child, ended }
    }),
    ({ child, ended }) =>
      Effect.suspend(() => {
        child.kill("SIGKILL")
        return ended
      })
  )

/** Runs a program to its end. */
export const runNode = (...run: Parameters<typeof startNode>): Effect.Effect<Ended> =>
  Effect.scoped(Effect.flatMap(startNode(...run), ({ ended }) => ended))
