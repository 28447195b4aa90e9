/** Every rule that is evaluated on the facts of a trace can be broken, and is not broken by the facts before. */
import { describe, expect, it } from "vitest"
import { type Fact, facts, type Known, type Rule } from "./system/facts.ts"

const channel = "source#0>sink#0"
const object = "t000001-c0000000001-sink-000.state"

const captured = (subtask: string, counts: { readonly taken?: number; readonly emitted?: number }): Fact => ({
  ...{ _tag: "Captured", subtask, checkpoint: 1 },
  taken: counts.taken === undefined ? [] : [{ channel, sequence: 3, records: counts.taken }],
  emitted: counts.emitted === undefined ? [] : [{ channel, records: counts.emitted }]
})

const barrier = (_tag: "BarrierSent" | "BarrierTaken", checkpoint: number, records: number): Fact => ({
  ...{ _tag, checkpoint, channel, sequence: 3 * checkpoint, records }
})

const begun: Fact = { _tag: "RunBegan", term: 1, restored: 0, named: [] }
const sent: ReadonlyArray<Fact> = [begun, captured("source#0", { emitted: 20 }), barrier("BarrierSent", 1, 20)]
const taken: ReadonlyArray<Fact> = [...sent, barrier("BarrierTaken", 1, 20), captured("sink#0", { taken: 20 })]
const prepared: Fact = { _tag: "Prepared", id: 1, sink: "out", transaction: "one" }
const writing: Fact = { _tag: "Writing", object, holds: ["one"] }
const written: ReadonlyArray<Fact> = [...taken, prepared, writing, { _tag: "Written", object }]
const landed: ReadonlyArray<Fact> = [...written, { _tag: "Landed", id: 1, objects: [object], shared: [] }]
const second = "t000001-c0000000002-sink-000.state"
const third = "t000001-c0000000003-sink-000.state"
const wrote = (name: string): ReadonlyArray<Fact> => [
  { _tag: "Writing", object: name, holds: [] },
  { _tag: "Written", object: name }
]
const shares = (name: string, base: number, ...shared: ReadonlyArray<string>): Fact => ({
  ...{ _tag: "Shared", object: name, shared },
  base: { id: base, object: base === 1 ? object : second }
})
/** The second checkpoint is a delta on the first one, and stands. */
const delta: ReadonlyArray<Fact> = [
  ...[...landed, ...wrote(second), shares(second, 1, object)],
  { _tag: "Landed", id: 2, objects: [second], shared: [object] }
]
const log = [{ slot: 1, manifest: 1, term: 1, objects: [object], shared: [] }]

const broken: ReadonlyArray<readonly [rule: Rule, how: string, before: ReadonlyArray<Fact>, fact: Fact]> = [
  [
    "S4",
    "a checkpoint holds less than was emitted",
    [begun, captured("source#0", { emitted: 21 }), captured("sink#0", {})],
    { _tag: "Landed", id: 1, objects: [], shared: [] }
  ],
  ["S5", "a commit is ahead of the log", written, { _tag: "Committing", upTo: 1, transactions: ["one"] }],
  ["S5", "a commit names what nobody has prepared", landed, { _tag: "Committing", upTo: 1, transactions: ["two"] }],
  ["S7", "a notification is ahead of the log", written, { _tag: "Notified", id: 1 }],
  [
    "S8",
    "a manifest names what is not written",
    [...taken, writing],
    { _tag: "Landed", id: 1, objects: [object], shared: [] }
  ],
  ["S8", "an object of the log is gone", landed, { _tag: "Found", log, objects: [] }],
  ["S8", "an older checkpoint is restored", landed, { _tag: "RunBegan", term: 2, restored: 0, named: [object] }],
  ["S13", "the newest checkpoint is removed", landed, { _tag: "Removing", objects: [object] }],
  [
    "S13",
    "an object stands that was removed",
    [...written, { _tag: "Removed", objects: [object] }],
    { _tag: "Found", log: [], objects: [object] }
  ],
  ["S15", "a barrier is sent twice", sent, barrier("BarrierSent", 1, 20)],
  ["S15", "a barrier is taken twice", taken, barrier("BarrierTaken", 1, 20)],
  [
    "S16",
    "a record behind the barrier is taken",
    [...sent, barrier("BarrierTaken", 1, 20)],
    captured("sink#0", { taken: 21 })
  ],
  ["S16", "a channel has not delivered the barrier", sent, captured("sink#0", { taken: 20 })],
  ["S17", "a barrier is sent before the capture", [begun], barrier("BarrierSent", 1, 0)],
  [
    "S17",
    "a record lies between capture and barrier",
    [begun, captured("source#0", { emitted: 20 })],
    barrier("BarrierSent", 1, 21)
  ],
  ["S18", "a transaction has the name of another", written, prepared],
  ["S18", "an object has the name of another", written, writing],
  [
    "S8",
    "a manifest refers to what was removed",
    [...landed, ...wrote(second), { _tag: "Removed", objects: [object] }],
    { _tag: "Landed", id: 2, objects: [second], shared: [object] }
  ],
  ["S13", "what the newest checkpoint shares is removed", delta, { _tag: "Removing", objects: [object] }],
  ["S26", "a base does not stand", [...written, ...wrote(second)], shares(second, 1, object)],
  [
    "S26",
    "what a base refers to is being removed",
    [...delta, { _tag: "Removing", objects: [object] }, ...wrote(third)],
    shares(third, 2, object, second)
  ],
  [
    "S27",
    "a full snapshot refers to another one",
    [...landed, ...wrote(second)],
    { _tag: "Shared", object: second, shared: [object], base: null }
  ],
  ["S27", "a delta refers to what its base does not", [...delta, ...wrote(third)], shares(third, 1, object, second)],
  [
    "S20",
    "a restore forgets a transaction",
    landed,
    { _tag: "Restored", prepared: [], share: { sink: "out", index: 0, of: 1 } }
  ]
]

const after = (all: ReadonlyArray<Fact>): Known => all.reduce(facts.next, facts.initial)

describe("a rule is broken if", () => {
  for (const [rule, how, before, fact] of broken) {
    it(`${rule}: ${how}`, () => {
      expect(after(before).broken).not.toHaveProperty(rule)
      expect(after([...before, fact]).broken).toHaveProperty(rule)
    })
  }

  it("and none is by deltas on deltas, nor by the removal of what they do not share", () => {
    const rest: ReadonlyArray<Fact> = [
      ...[...wrote(third), shares(third, 2, object, second)],
      { _tag: "Landed", id: 3, objects: [third], shared: [object, second] },
      ...wrote("full"),
      { _tag: "Shared", object: "full", shared: [], base: { id: 3, object: third } },
      { _tag: "Landed", id: 4, objects: ["full"], shared: [] },
      { _tag: "Removing", objects: [object, second, third] }
    ]
    expect(after([...delta, ...rest]).broken).toEqual({})
  })

  it("and none is by a checkpoint that lands, is found, restored and committed", () => {
    const restored: Fact = {
      _tag: "Restored",
      prepared: [{ id: 1, transaction: "one" }],
      share: { sink: "out", index: 0, of: 1 }
    }
    const rest: ReadonlyArray<Fact> = [
      { _tag: "Notified", id: 1 },
      { _tag: "Found", log, objects: [object] },
      { _tag: "RunBegan", term: 2, restored: 1, named: [object] },
      restored,
      { _tag: "Committing", upTo: 1, transactions: ["one"] }
    ]
    expect(after([...landed, ...rest]).broken).toEqual({})
  })
})
