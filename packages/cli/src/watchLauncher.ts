/**
 * Ends this process when the `npx` that started it has died: whoever kills that means the job, and an orphan would go on
 * holding the lock of its directory. Between npx and us there may be a shell.
 *
 * L1 When npx is gone we end as if killed: what a crash may leave behind, this may leave behind.
 * L2 When only the shell is gone, it was npx that passed a SIGTERM on, and the shell did not: we take it as ours.
 * L3 A job that was told to stop is left to stop: npx may be gone before it.
 */
import { readFileSync } from "node:fs"

const intervalMs = 100

export const watchLauncher = (isStopping: () => boolean): void => {
  if (process.env.npm_command !== "exec") return
  const parent = process.ppid
  const launcher = parentOfShell(parent)
  const timer = setInterval(() => {
    const hasParent = process.ppid === parent
    if (hasParent && (launcher === null || parentOfShell(parent) === launcher)) return
    clearInterval(timer)
    if (isStopping()) return // L3
    process.kill(process.pid, !hasParent && launcher !== null ? "SIGTERM" : "SIGKILL") // L2, L1
  }, intervalMs)
  timer.unref()
}

/** The parent of a process that is a shell; null for another process, and where nothing tells. */
const parentOfShell = (pid: number): number | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    // `pid (name) state parent …`; a name may hold blanks and brackets.
    const [, name = "", parent = ""] = /^\d+ \((.*)\) \S (\d+) /s.exec(stat) ?? []
    return /^(ba|da|z|k)?sh$/.test(name) ? Number(parent) : null
  } catch {
    return null
  }
}
