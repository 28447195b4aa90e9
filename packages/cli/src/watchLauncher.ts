/**
 * Ends this process when the `npx` that started it has died: whoever kills that means the job, and an orphan would go on
 * holding the lock of its directory.
 *
 * L1 It ends as if killed: what a crash may leave behind, this may leave behind.
 * L2 A job that was told to stop is left to stop: npx may be gone before it.
 */
import { readFileSync } from "node:fs"

const intervalMs = 100

export const watchLauncher = (isStopping: () => boolean): void => {
  if (process.env.npm_command !== "exec") return
  const parent = process.ppid
  const launcher = shellParent(parent)
  const timer = setInterval(() => {
    if (isStopping()) return clearInterval(timer) // L2
    const isAlone = process.ppid !== parent || (launcher !== null && shellParent(parent) !== launcher)
    if (isAlone) process.kill(process.pid, "SIGKILL") // L1
  }, intervalMs)
  timer.unref()
}

/** The parent of a process that is a shell between npx and us; null for another process, and where nothing tells. */
const shellParent = (pid: number): number | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    // `pid (name) state parent …`; a name may hold blanks and brackets.
    const [, name = "", parent = ""] = /^\d+ \((.*)\) \S (\d+) /s.exec(stat) ?? []
    return /^(ba|da|z|k)?sh$/.test(name) ? Number(parent) : null
  } catch {
    return null
  }
}
