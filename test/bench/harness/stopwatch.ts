/**
 * Wall time by default; with `--cpu` the CPU time of the main thread, which other processes on the machine disturb less,
 * but which leaves out what other threads do and every wait.
 */
const countsCpu = process.argv.includes("--cpu")

/** Starts a stopwatch; the function it answers tells the milliseconds since. */
export const startStopwatch = (): (() => number) => {
  if (!countsCpu) {
    const began = performance.now()
    return () => performance.now() - began
  }
  const began = process.threadCpuUsage()
  return () => {
    const { system, user } = process.threadCpuUsage(began)
    return (system + user) / 1000
  }
}
