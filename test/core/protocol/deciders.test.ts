import { describe, expect, it } from "vitest"
import {
  type CheckpointPolicy,
  decideRestart,
  decideResume,
  decideTrigger,
  type Resume,
  type TriggerFacts,
  type TriggerKind
} from "../../../packages/core/src/protocol/index.ts"

const policy: CheckpointPolicy = {
  trigger: "periodic",
  concurrentMax: 2,
  toleratedFailures: null,
  retained: 1,
  queuedTriggersMax: 3,
  incremental: false
}

const free: TriggerFacts = {
  policy,
  pending: [],
  savepoints: [],
  triggering: null,
  isPauseOver: true,
  hasIds: true,
  manualQueued: 0,
  hasTerminal: false
}

describe("the trigger decider", () => {
  const table: ReadonlyArray<
    readonly [string, Partial<TriggerFacts>, Record<"periodic" | "manual" | "savepoint" | "ending", string>]
  > = [
    ["nothing is in the way", {}, { periodic: "Run", manual: "Run", savepoint: "Run", ending: "Run" }],
    [
      "one is pending below the cap",
      { pending: [1] },
      { periodic: "Run", manual: "Run", savepoint: "Run", ending: "Run" }
    ],
    [
      "K2 the cap is reached",
      { pending: [1, 2] },
      { periodic: "Wait", manual: "Wait", savepoint: "Run", ending: "Run" }
    ],
    [
      "K2 one is triggering",
      { pending: [1], triggering: 1 },
      { periodic: "Wait", manual: "Wait", savepoint: "Wait", ending: "Run" }
    ],
    [
      "the pause is not over",
      { isPauseOver: false },
      { periodic: "Wait", manual: "Run", savepoint: "Run", ending: "Run" }
    ],
    [
      "K1 no id is reserved",
      { hasIds: false },
      { periodic: "Wait", manual: "Wait", savepoint: "Wait", ending: "Wait" }
    ],
    [
      "a terminal one is pending",
      { hasTerminal: true },
      {
        periodic: "terminalPending",
        manual: "terminalPending",
        savepoint: "terminalPending",
        ending: "terminalPending"
      }
    ],
    [
      "K2 a savepoint is pending",
      { savepoints: [1], triggering: null },
      { periodic: "Run", manual: "Run", savepoint: "Wait", ending: "Run" }
    ],
    [
      "the queue is full at the cap",
      { pending: [1, 2], manualQueued: 3 },
      { periodic: "Wait", manual: "tooManyRequests", savepoint: "Run", ending: "Run" }
    ],
    [
      "the queue is full and no id is reserved",
      { hasIds: false, manualQueued: 3 },
      { periodic: "Wait", manual: "tooManyRequests", savepoint: "tooManyRequests", ending: "Wait" }
    ],
    [
      "the queue is full but its first may run",
      { manualQueued: 3 },
      { periodic: "Run", manual: "Run", savepoint: "Run", ending: "Run" }
    ]
  ]

  for (const [name, facts, expected] of table) {
    it(`${name}`, () => {
      const decided = (kind: TriggerKind) => {
        const decision = decideTrigger(kind, { ...free, ...facts })
        return decision._tag === "Drop" ? decision.reason : decision._tag
      }
      expect({
        periodic: decided("periodic"),
        manual: decided("manual"),
        savepoint: decided("savepoint"),
        ending: decided("final")
      }).toEqual(expected)
      for (const kind of ["stop", "stopSavepoint", "finalSavepoint"] as const) {
        expect(decided(kind)).toBe(expected.ending)
      }
    })
  }
})

describe("the resume decider (rule 10)", () => {
  const start = (...candidates: ReadonlyArray<number>) => ({ _tag: "Start", candidates })
  const plain = (id: number) => ({ id, kind: "checkpoint" }) as const
  const ended = (end: "finished" | "cancelled") => ({ _tag: "AlreadyEnded", end })
  const table: ReadonlyArray<readonly [Resume, "finished" | "cancelled" | null, ReadonlyArray<number>, object]> = [
    ["latest", null, [], start()],
    ["latest", null, [3, 5], start(5, 3)],
    ["latest", "cancelled", [3, 5], start(5, 3)],
    ["latest", "finished", [3, 5], ended("finished")],
    ["on-failure", null, [3, 5], start(5, 3)],
    ["on-failure", "cancelled", [3, 5], ended("cancelled")],
    ["on-failure", "finished", [3, 5], ended("finished")],
    ["never", null, [3, 5], start()],
    ["never", "finished", [3, 5], start()],
    [{ from: 3 }, null, [3, 5], start(3)],
    [{ from: 3 }, "finished", [3, 5], start(3)],
    [{ from: 4 }, null, [3, 5], { _tag: "Unknown", from: 4 }]
  ]

  for (const [resume, end, completed, expected] of table) {
    it(`${JSON.stringify(resume)} after ${end ?? "a crash"} with ${JSON.stringify(completed)}`, () => {
      const facts = { resume, completed: completed.map(plain), savepoints: [], end }
      expect(decideResume(facts)).toEqual(expected)
      expect(decideResume({ ...facts, savepoints: [9] })).toEqual(expected)
    })
  }

  it("a savepoint that the user names is taken, whatever the log says of the end", () => {
    for (const end of [null, "finished", "cancelled"] as const) {
      expect(decideResume({ resume: { from: 4 }, completed: [plain(3)], savepoints: [4], end })).toEqual(start(4))
    }
  })

  it("after a stop with a savepoint nothing older is gone on from, and what is newer is", () => {
    const stopped = [plain(3), { id: 5, kind: "stopSavepoint" }, plain(1001)] as const
    const facts = { savepoints: [5], end: null }
    expect(decideResume({ ...facts, resume: "latest", completed: stopped })).toEqual(start(1001, 5))
    expect(decideResume({ ...facts, resume: "on-failure", completed: stopped.slice(0, 2) })).toEqual(start(5))
    expect(decideResume({ ...facts, resume: { from: 3 }, completed: stopped })).toEqual(start(3))
  })
})

describe("the restart decider (rule 9)", () => {
  const facts = {
    policy: { restartsMax: null },
    failure: { retry: "restart", record: null },
    failures: 0,
    sameRecord: 0
  } as const

  it("restarts without limit by default", () => {
    expect(decideRestart({ ...facts, failures: 1_000_000 })).toBeNull()
  })

  it("a failure marked never ends the job", () => {
    expect(decideRestart({ ...facts, failure: { retry: "never", record: null } })).toBe("failed")
  })

  it("the same record failing for the third time ends the job, for the second time it does not", () => {
    const failure = { retry: "restart", record: "line 7" } as const
    expect(decideRestart({ ...facts, failure, sameRecord: 1 })).toBeNull()
    expect(decideRestart({ ...facts, failure, sameRecord: 2 })).toBe("failed")
  })

  it("as many restarts as allowed are made, and no more", () => {
    const limited = { ...facts, policy: { restartsMax: 2 } }
    expect([0, 1, 2].map((failures) => decideRestart({ ...limited, failures }))).toEqual([null, null, "failed"])
    expect(decideRestart({ ...facts, policy: { restartsMax: 0 } })).toBe("failed")
  })
})
