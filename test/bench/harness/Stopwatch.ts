/**
 * Wall time by default; with `--cpu` the CPU time of the main thread, which other processes on the machine disturb less,
 * but which leaves out what other threads do and every wait.
 */
const countsCpu = process.argv.includes("--cpu")

export const threadCpuMs = (): number => {
  const { system, user } = process.threadCpuUsage()
  return (system + user) / 1000
}

const now = countsCpu ? threadCpuMs : (): number => performance.now()

/** Runs from its making, or from the last `start`, to the last `stop`, or to the moment it is read. */
export class Stopwatch {
  /** Records processed between start and stop, where a run knows better than its contestant. */
  records: number | null = null
  #began = now()
  #ended: number | null = null

  start(): void {
    this.#ended = null
    this.#began = now()
  }

  stop(): void {
    this.#ended = now()
  }

  elapsedMs(): number {
    return (this.#ended ?? now()) - this.#began
  }
}
