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
  triggering: null,
  isPauseOver: true,
  hasIds: true,
  manualQueued: 0,
  hasTerminal: false
}

describe("the trigger decider", () => {
  const table: ReadonlyArray<readonly [string, Partial<TriggerFacts>, Record<TriggerKind, string>]> = [
    ["nothing is in the way", {}, { periodic: "Run", manual: "Run", final: "Run", stop: "Run" }],
    ["one is pending below the cap", { pending: [1] }, { periodic: "Run", manual: "Run", final: "Run", stop: "Run" }],
    ["K2 the cap is reached", { pending: [1, 2] }, { periodic: "Wait", manual: "Wait", final: "Run", stop: "Run" }],
    [
      "K2 one is triggering",
      { pending: [1], triggering: 1 },
      { periodic: "Wait", manual: "Wait", final: "Run", stop: "Run" }
    ],
    ["the pause is not over", { isPauseOver: false }, { periodic: "Wait", manual: "Run", final: "Run", stop: "Run" }],
    ["K1 no id is reserved", { hasIds: false }, { periodic: "Wait", manual: "Wait", final: "Wait", stop: "Wait" }],
    [
      "a terminal one is pending",
      { hasTerminal: true },
      {
        periodic: "terminalPending",
        manual: "terminalPending",
        final: "terminalPending",
        stop: "terminalPending"
      }
    ],
    [
      "the queue is full at the cap",
      { pending: [1, 2], manualQueued: 3 },
      { periodic: "Wait", manual: "tooManyRequests", final: "Run", stop: "Run" }
    ],
    [
      "the queue is full and no id is reserved",
      { hasIds: false, manualQueued: 3 },
      { periodic: "Wait", manual: "tooManyRequests", final: "Wait", stop: "Wait" }
    ],
    [
      "the queue is full but its first may run",
      { manualQueued: 3 },
      { periodic: "Run", manual: "Run", final: "Run", stop: "Run" }
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
        final: decided("final"),
        stop: decided("stop")
      }).toEqual(expected)
    })
  }
})

describe("the resume decider (rule 10)", () => {
  const start = (...candidates: ReadonlyArray<number>) => ({ _tag: "Start", candidates })
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
      expect(decideResume({ resume, completed, end })).toEqual(expected)
    })
  }
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
