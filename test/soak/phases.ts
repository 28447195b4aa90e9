/** The two phases of the soak. Each runs a job of its own to the end of its input. */
import { type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { lastWords, recordsPerSecond, SoakJob } from "./job.ts"
import { judge, type Limit, type Verdict } from "./measures.ts"

const mebibyte = 1_048_576
const sampleEveryMs = 2_000
/** Under this a directory of checkpoints is bounded, however long the job runs. */
export const filesMax = 80

export interface PhaseResult {
  readonly phase: string
  readonly seconds: number
  readonly records: number
  readonly kills: number
  readonly filesSeen: number
  readonly verdicts: ReadonlyArray<Verdict>
  readonly problems: ReadonlyArray<string>
}

/** Prints one line of progress: seconds since the beginning of the phase, MiB, files of checkpoints, kills. */
export type Progress = (phase: string, cells: ReadonlyArray<number>) => void

/** Small, good enough to choose moments: the numbers of one seed are always the same. */
const randomOf = (seed: number): (() => number) => {
  let state = (seed % 2_147_483_646) + 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
}

/** Null where there is no /proc. */
const residentMebibytes = (pid: number | undefined): number | null => {
  try {
    const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? []
    return kibibytes === undefined ? null : Number(kibibytes) / 1_024
  } catch {
    return null
  }
}

/** Processes of different ages are compared: their memory varies more than that of one. */
const killedLimit: Limit = { measure: "resident memory", unit: "MiB", factor: 1.35, slack: 0 }
/** A process is looked at once it is so old. */
const killedWarmUpMs = 4_000

const finish = (
  job: SoakJob,
  result: Omit<PhaseResult, "records" | "problems">,
  failure: string | null
): PhaseResult => {
  const output = failure === null ? job.outputProblem() : null
  const problems = [
    ...(failure === null ? [] : [failure]),
    ...(output === null ? [] : [output]),
    ...(result.filesSeen <= filesMax ? [] : [`${result.filesSeen} files of checkpoints, expected at most ${filesMax}`]),
    ...result.verdicts
      .filter((one) => one.result === "grew")
      .map(({ early, late, measure, most, unit }) => {
        const [from, to, limit] = [early, late, most].map((value) => value.toFixed(1))
        return `${measure} grew from ${from} to ${to} ${unit}, expected at most ${limit}`
      })
  ]
  return { ...result, records: job.records, problems: problems.map((problem) => `${result.phase}: ${problem}`) }
}

const exitProblem = (child: ChildProcess, words: string): string | null =>
  child.exitCode === 0 ? null : `the job ended with ${child.exitCode ?? child.signalCode}: ${words}`

/** The job is killed at random moments again and again; the process after the time is over may finish. */
export const killedPhase = async (
  folder: string,
  { minutes, progress, seed }: { readonly minutes: number; readonly seed: number; readonly progress: Progress }
): Promise<PhaseResult> => {
  const phase = "kills"
  const random = randomOf(seed)
  const job = new SoakJob(join(folder, phase), Math.max(1_000, Math.round(minutes * 60 * recordsPerSecond * 0.6)))
  const began = performance.now()
  const resident: Array<number> = []
  let [kills, filesSeen] = [0, 0]
  for (;;) {
    const isLast = performance.now() - began > minutes * 60_000
    const child = job.start(null)
    const words = lastWords(child)
    const ended = once(child, "exit")
    const started = performance.now()
    const livesMs = isLast ? Number.POSITIVE_INFINITY : 1_500 + random() * 14_000
    for (let age = 0; isAlive(child) && age < livesMs; age = performance.now() - started) {
      await Promise.race([sleep(Math.min(sampleEveryMs, livesMs - age)), ended])
      const files = job.checkpointFiles()
      filesSeen = Math.max(filesSeen, files)
      const mebibytes = residentMebibytes(child.pid)
      if (mebibytes === null || performance.now() - started < killedWarmUpMs) continue
      resident.push(mebibytes)
      progress(phase, [(performance.now() - began) / 1_000, mebibytes, files, kills])
    }
    if (isAlive(child)) {
      kills++
      child.kill("SIGKILL")
      await ended
      continue
    }
    const seconds = (performance.now() - began) / 1_000
    const verdicts = [judge(killedLimit, resident)]
    return finish(job, { phase, seconds, kills, filesSeen, verdicts }, exitProblem(child, words()))
  }
}

const isAlive = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null

/** What one thread held at a moment, as `sampler.ts` writes it. */
interface ThreadSample {
  readonly thread: number
  readonly heapUsed: number
  readonly external: number
  readonly rss: number
  readonly files: number
}

const steadyLimits = {
  resident: { measure: "resident memory", unit: "MiB", factor: 1.15, slack: 8 },
  heap: { measure: "heap after collection", unit: "MiB", factor: 1.08, slack: 1 },
  external: { measure: "outside of the heap", unit: "MiB", factor: 1.08, slack: 1 },
  files: { measure: "open files", unit: "count", factor: 1, slack: 8 }
} satisfies Record<string, Limit>

/** Of a run this much is warm-up: code is compiled, caches fill. */
const warmUpShare = 0.25

const steadyVerdicts = (path: string): ReadonlyArray<Verdict> => {
  const lines = existsSync(path)
    ? readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line !== "")
    : []
  const samples = lines.map((line): ThreadSample => JSON.parse(line))
  const threads = Map.groupBy(samples, ({ thread }) => thread)
  const main = threads.get(0) ?? []
  const warm = <A>(values: ReadonlyArray<A>) => values.slice(Math.ceil(values.length * warmUpShare))
  const perThread = [...threads].sort(([left], [right]) => left - right)
  const ofThread = (limit: Limit, thread: number): Limit => ({
    ...limit,
    measure: `${limit.measure}, ${thread === 0 ? "main thread" : `worker ${thread}`}`
  })
  return [
    judge(
      steadyLimits.resident,
      warm(main).map(({ rss }) => rss / mebibyte)
    ),
    ...perThread.flatMap(([thread, values]) => [
      judge(
        ofThread(steadyLimits.heap, thread),
        warm(values).map(({ heapUsed }) => heapUsed / mebibyte)
      ),
      judge(
        ofThread(steadyLimits.external, thread),
        warm(values).map(({ external }) => external / mebibyte)
      )
    ]),
    judge(
      steadyLimits.files,
      warm(main).map(({ files }) => files)
    )
  ]
}

/** One process from the beginning to the end: what it holds after the warm-up it goes on holding. */
export const steadyPhase = async (
  folder: string,
  { minutes, progress }: { readonly minutes: number; readonly progress: Progress }
): Promise<PhaseResult> => {
  const phase = "steady"
  const job = new SoakJob(join(folder, phase), Math.max(1_000, Math.round(minutes * 60 * recordsPerSecond * 0.9)))
  const path = join(folder, "samples.jsonl")
  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1_000
  const child = job.start(path)
  const words = lastWords(child)
  const ended = once(child, "exit")
  let filesSeen = 0
  while (isAlive(child)) {
    await Promise.race([sleep(sampleEveryMs), ended])
    const files = job.checkpointFiles()
    filesSeen = Math.max(filesSeen, files)
    const mebibytes = residentMebibytes(child.pid)
    if (mebibytes !== null) progress(phase, [seconds(), mebibytes, files, 0])
  }
  const result = { phase, seconds: seconds(), kills: 0, filesSeen, verdicts: steadyVerdicts(path) }
  return finish(job, result, exitProblem(child, words()))
}
