/** Runs Node in a process of its own, as from a shell at the root of the checkout. */
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
  readonly hasEnded: () => boolean
  readonly ended: Effect.Effect<Ended>
}

/** Where Node keeps compiled code by default: with it a process starts in half the time. */
const compileCache = join(tmpdir(), "node-compile-cache")

/** Without what the test runner sets. */
const environment = (): NodeJS.ProcessEnv => {
  const { NODE_OPTIONS: _, ...rest } = process.env
  return { ...rest, NODE_COMPILE_CACHE: compileCache }
}

const start = (args: ReadonlyArray<string>): RunningNode => {
  const child = spawn(process.execPath, args, {
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    env: environment(),
    stdio: ["ignore", "pipe", "pipe"]
  })
  let stdout = ""
  let stderr = ""
  let hasEnded = false
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text
  })
  const closed = once(child, "close").then(() => {
    hasEnded = true
    return { code: child.exitCode, signal: child.signalCode, stdout, stderr }
  })
  return { child, hasEnded: () => hasEnded, ended: Effect.promise(() => closed) }
}

/** Starts Node with these arguments; killed with the scope at the latest. */
export const startNode = (args: ReadonlyArray<string>): Effect.Effect<RunningNode, never, Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => start(args)),
    ({ child, ended }) =>
      Effect.suspend(() => {
        child.kill("SIGKILL")
        return ended
      })
  )

/** Runs Node with these arguments to the end. */
export const runNode = (args: ReadonlyArray<string>): Effect.Effect<Ended> =>
  Effect.scoped(Effect.flatMap(startNode(args), ({ ended }) => ended))
