/** Shows a running job: a line redrawn in place on a terminal, a line now and then elsewhere, and what happens to it. */
import type { RunReport } from "@tidemark/core"
import { Effect, Schedule } from "effect"
import { millisText, shortText } from "../output/format.ts"
import type { StatusOutput } from "../output/StatusOutput.ts"
import { progressText } from "./progressText.ts"

const redrawMs = 200
const plainMs = 2_000
/** Looks behind the speed: those of two seconds. */
const samplesMax = 11

interface Watched {
  readonly report: () => RunReport
  readonly expectedRecords: number | null
}

/** Never ends; to be interrupted. */
export const watchProgress = (watched: Watched, output: StatusOutput): Effect.Effect<void> => {
  const progress = new ProgressView(watched, output)
  const statusEvery = output.canRedraw ? 1 : plainMs / redrawMs
  let looks = 0
  const look = Effect.sync(() => {
    progress.tell()
    if (looks++ % statusEvery === 0 && looks > 1) progress.show()
  })
  return Effect.asVoid(Effect.repeat(look, Schedule.spaced(redrawMs)))
}

/** One view per run. */
export class ProgressView {
  readonly #watched: Watched
  readonly #output: StatusOutput
  readonly #samples: Array<{ readonly at: number; readonly records: number }> = []
  #hasToldRestore = false
  #recoveries = 0
  #failure: string | null = null

  constructor(watched: Watched, output: StatusOutput) {
    this.#watched = watched
    this.#output = output
  }

  /** Says what has happened since the last time: restores, failures, recoveries. */
  tell(): void {
    const report = this.#watched.report()
    const { paint } = this.#output
    this.#sample(report)
    this.#tellRestore(report)
    if (report.lastFailure !== null && report.lastFailure !== this.#failure && report.outcome === null) {
      this.#output.line(`${paint.yellow("failed:")} ${shortText(report.lastFailure, 500)} Trying again.`)
    }
    this.#failure = report.lastFailure
    for (const { restored, recoveryMs } of report.recoveries.slice(this.#recoveries)) {
      const from = restored === null ? "from the beginning" : `from checkpoint ${restored}`
      this.#output.line(`recovered ${from} in ${millisText(recoveryMs)}`)
    }
    this.#recoveries = report.recoveries.length
  }

  #tellRestore({ restored, restoreMs }: RunReport): void {
    if (restored === null || this.#hasToldRestore) return
    this.#hasToldRestore = true
    this.#output.line(`restored checkpoint ${restored} in ${millisText(restoreMs)}`)
  }

  show(): void {
    const report = this.#watched.report()
    const { expectedRecords } = this.#watched
    const recordsPerSecond = this.#speed()
    const isNamed = !this.#output.canRedraw
    this.#output.status(progressText({ report, recordsPerSecond, expectedRecords, isNamed }, this.#output.paint))
  }

  #sample({ durationMs: at, recordsIn: records }: RunReport): void {
    this.#samples.push({ at, records })
    if (this.#samples.length > samplesMax) this.#samples.shift()
  }

  #speed(): number | null {
    const [first] = this.#samples
    const last = this.#samples.at(-1)
    if (first === undefined || last === undefined || first.at === last.at) return null
    return (1_000 * (last.records - first.records)) / (last.at - first.at)
  }
}
