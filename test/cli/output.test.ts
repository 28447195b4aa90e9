import type { RunReport } from "@tidemark/core"
import { JobFailed, OutputAhead, StorageFailure } from "@tidemark/core"
import { describe, expect, it } from "vitest"
import { describeFailure, StoppedAtOnce, stackText, UsageInvalid } from "../../packages/cli/src/failures.ts"
import { bytesText, millisText, tableText, watermarkText } from "../../packages/cli/src/output/format.ts"
import { makePaint } from "../../packages/cli/src/output/paint.ts"
import { StatusOutput } from "../../packages/cli/src/output/StatusOutput.ts"
import { progressText } from "../../packages/cli/src/run/progressText.ts"
import { reportText } from "../../packages/cli/src/run/reportText.ts"
import { ProgressView } from "../../packages/cli/src/run/watchProgress.ts"

const report: RunReport = {
  job: "flights",
  state: "running.flowing",
  outcome: null,
  parallelism: 2,
  threads: 0,
  recordsIn: 1_000,
  position: { records: 1_500_000 },
  recordsOut: 10,
  sources: { flights: { recordsIn: 1_000, skippedRecords: 0 } },
  sinks: { report: { recordsOut: 10 } },
  lateRecords: 2,
  lateByOperator: { daily: 2 },
  skippedRecords: 0,
  watermark: Date.UTC(2001, 2, 4, 5),
  restored: 7,
  restoreMs: 34,
  recoveries: [],
  restarts: 0,
  checkpoints: {
    completed: 2,
    invalidated: { expired: 1 },
    history: [{ id: 8, kind: "checkpoint", at: 0, durationMs: 45, bytes: 1_200_000, records: 1_400_000, subtasks: {} }],
    corrupt: [],
    mode: "exactly-once",
    interval: null
  },
  reliability: 2 / 3,
  savepoint: null,
  memory: { rssBytes: 90_000_000, heapUsedBytes: 30_000_000, externalBytes: 4_000_000, states: [] },
  nextTriggerAt: null,
  durationMs: 2_000,
  lastFailure: null
}

const stream = (isTTY: boolean) => {
  const written: Array<string> = []
  return { isTTY, columns: 30, write: (text: string) => written.push(text), text: () => written.join("") }
}

type Interval = NonNullable<RunReport["checkpoints"]["interval"]>

describe("the report of a run", () => {
  const plain = makePaint({ isTTY: false }, {})
  const shown = (changes: Partial<RunReport["checkpoints"]>) =>
    reportText({ ...report, checkpoints: { ...report.checkpoints, ...changes } }, plain)

  it("says nothing of the mode and the trigger that are the default, and names at-least-once", () => {
    expect(shown({})).not.toMatch(/mode|trigger/)
    expect(shown({ mode: "at-least-once" })).toMatch(
      /^ {2}mode +at-least-once: after a failure records may count twice$/m
    )
  })

  const chosen: Interval = {
    ...{ intervalMs: 12_000, rule: "youngDaly", youngDalyMs: 12_000 },
    ...{ checkpointMs: 20, recoveryMs: 1_200, meetsTarget: true }
  }

  it.each<readonly [Interval, string | RegExp]>([
    [chosen, "every 12.0 s, where least time is lost, a checkpoint costs 20 ms, a recovery 1.2 s"],
    [
      { ...chosen, rule: "recoveryTarget", intervalMs: 8_000 },
      "every 8.0 s, held by the recovery target (least time is lost at 12.0 s), a checkpoint costs 20 ms, a recovery 1.2 s"
    ],
    [
      { ...chosen, rule: "min", intervalMs: 1_000, meetsTarget: false },
      "every 1.0 s, held by min (least time is lost at 12.0 s), a checkpoint costs 20 ms, a recovery 1.2 s, " +
        "the recovery target cannot be met"
    ],
    [{ ...chosen, rule: "max", intervalMs: 9_000, recoveryMs: null }, /every 9.0 s, held by max .*costs 20 ms$/m],
    [
      { ...chosen, rule: "unmeasured", intervalMs: 1_000, checkpointMs: null, youngDalyMs: null },
      "every 1.0 s, the least, until a checkpoint is measured, a recovery 1.2 s"
    ]
  ])("explains an interval that adapts: %j", (interval, text) => {
    expect(shown({ interval })).toMatch(text)
  })
})

describe("standard error", () => {
  it("on a terminal redraws the status in place, below lines that stay, cut to the width", () => {
    const terminal = stream(true)
    const output = new StatusOutput(terminal, {})
    output.status("one")
    output.line("warning: x")
    output.status("y".repeat(100))
    output.clear()
    expect(terminal.text()).toBe(`one\r\x1b[2Kwarning: x\none\r\x1b[2K${"y".repeat(29)}\r\x1b[2K`)
  })

  it("elsewhere is plain lines without colours", () => {
    const file = stream(false)
    const output = new StatusOutput(file, {})
    output.status(output.paint.bold("one"))
    output.line("two")
    output.clear()
    expect(file.text()).toBe("one\ntwo\n")
  })

  it("has colours on a terminal only, and not with NO_COLOR", () => {
    expect(makePaint({ isTTY: true }, {}).red("x")).toBe("\x1b[31mx\x1b[0m")
    expect(makePaint({ isTTY: true }, { NO_COLOR: "1" }).red("x")).toBe("x")
    expect(makePaint({ isTTY: false }, {}).red("x")).toBe("x")
  })
})

describe("the progress of a run", () => {
  const plain = makePaint({ isTTY: false }, {})

  it("is records, speed, share, watermark and last checkpoint in one line", () => {
    expect(
      progressText({ report, recordsPerSecond: 312_345.6, expectedRecords: 3_000_000, isNamed: true }, plain)
    ).toBe(
      "flights running · 1,500,000 records · 312,346/s · 50% · watermark 2001-03-04 05:00 · checkpoint 8 (45 ms, 1.2 MB)"
    )
  })

  it("leaves out what is not known yet", () => {
    const fresh = {
      ...report,
      state: "restoring",
      watermark: null,
      checkpoints: { ...report.checkpoints, history: [] }
    }
    expect(progressText({ report: fresh, recordsPerSecond: null, expectedRecords: null, isNamed: false }, plain)).toBe(
      "restoring · 1,500,000 records"
    )
  })

  it("tells restore, failure and recovery once each", () => {
    const file = stream(false)
    let now = report
    const view = new ProgressView({ report: () => now, expectedRecords: null }, new StatusOutput(file, {}))
    view.tell()
    view.tell()
    now = { ...report, state: "backingOff", lastFailure: "Disk full." }
    view.tell()
    view.tell()
    now = { ...now, recoveries: [{ restored: 8, recoveryMs: 1_200, cause: "Disk full." }] }
    view.tell()
    expect(file.text()).toBe(
      "restored checkpoint 7 in 34 ms\nfailed: Disk full. Trying again.\nrecovered from checkpoint 8 in 1.2 s\n"
    )
  })

  it("measures its speed over the last two seconds", () => {
    const file = stream(false)
    let at = 0
    const reportNow = () => ({ ...report, durationMs: at, recordsIn: at * 5 })
    const view = new ProgressView({ report: reportNow, expectedRecords: null }, new StatusOutput(file, {}))
    for (at = 0; at <= 4_000; at += 200) view.tell()
    view.show()
    expect(file.text()).toContain(" · 5,000/s · ")
  })
})

it("the report of a run names records, restore, checkpoints by reason, R and recoveries", () => {
  const ended: RunReport = {
    ...report,
    outcome: "finished",
    recoveries: [{ restored: 7, recoveryMs: 1_200, cause: "Disk full.\nsecond line" }]
  }
  expect(reportText(ended, makePaint({ isTTY: false }, {}))).toBe(
    [
      "flights finished in 2.0 s",
      "  records      1,000 read in this run (500/s), 1,500,000 in all, 10 written, 2 late",
      "  subtasks     2 of each task, in one thread",
      "  restored     checkpoint 7 in 34 ms",
      "  checkpoints  2 completed, 1 invalidated (1 expired), R 0.667",
      "               last 8 (checkpoint), median 45 ms, longest 45 ms, largest 1.2 MB",
      "  memory       process 90.0 MB, heap 30.0 MB, external 4.0 MB, state 0 entries",
      "  recovered    from checkpoint 7 in 1.2 s after: Disk full."
    ].join("\n")
  )
})

it("numbers are written as people read them", () => {
  expect([999, 1_500, 2_500_000, 3_000_000_000].map(bytesText)).toEqual(["999 B", "1.5 kB", "2.5 MB", "3.00 GB"])
  expect([3.4, 1_500, 90_000].map(millisText)).toEqual(["3 ms", "1.5 s", "1 min 30 s"])
  expect(watermarkText(Number.POSITIVE_INFINITY)).toBe("end")
  expect(
    tableText(
      [
        ["a", "bb"],
        ["ccc", "d"]
      ],
      [1]
    )
  ).toBe("a    bb\nccc   d")
})

describe("failures", () => {
  const full = new StorageFailure({ operation: "create", path: "C/x", reason: "full", outcome: "none" })
  const ahead = new OutputAhead({ operator: "report", target: "O", visible: 3, restored: null, canRewind: true })
  const failed = (cause: unknown) => new JobFailed({ job: "j", detail: "it broke", cause })

  it.each([
    ["wrong usage", new UsageInvalid({ message: "no" }), 2, "no"],
    ["a job that failed", failed(full), 1, 'Job "j" failed: it broke'],
    ["a job that was refused says only why", failed(ahead), 3, ahead.message],
    ["a directory that cannot be written to", full, 1, full.message],
    ["a job that gave up without a failure", failed(null), 1, 'Job "j" failed: it broke'],
    ["a second signal", new StoppedAtOnce({ job: "j", signal: "SIGINT" }), 130, "was stopped at once"]
  ])("%s", (_, error, exitCode, text) => {
    const described = describeFailure(error)
    expect(described.exitCode).toBe(exitCode)
    expect(described.text).toContain(text)
    expect(described.text).not.toContain("bug")
  })

  it("that nobody foresaw are said to be a bug", () => {
    expect(describeFailure(failed(new TypeError("x is not a function")))).toEqual({
      text: "x is not a function. This is a bug in Tidemark or in a connector: please report it with the output of --debug.",
      exitCode: 70
    })
  })

  it("show the stacks of their causes when asked", () => {
    expect(stackText(failed(full))).toMatch(/it broke.*caused by .*Storage could not create C\/x/s)
  })
})

it("the report of a run with several sources or sinks names each", () => {
  const several: RunReport = {
    ...report,
    sources: { web: { recordsIn: 700, skippedRecords: 0 }, shop: { recordsIn: 300, skippedRecords: 0 } },
    sinks: { days: { recordsOut: 8 }, late: { recordsOut: 2 } }
  }
  expect(reportText(several, makePaint({ isTTY: false }, {}))).toContain(
    "\n               web 700 read, shop 300 read, days 8 written, late 2 written\n"
  )
})
