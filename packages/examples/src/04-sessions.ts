/**
 * 04 Sessions: the visits of every user, cut where nothing was clicked for half an hour.
 *
 * Teaches: `process`, an operator of your own over state and timers: what it knows of a user is state, and a timer that moves
 *   with every click tells when the visit is over.
 * Guarantees: state and timers are part of every checkpoint. The function fails twice below; no visit is lost or told twice.
 * Run: node --conditions=tidemark-source packages/examples/src/04-sessions.ts
 * Expect:
 *   2,000 clicks of 12 users in 472 visits
 *   ada's longest visit: 11 clicks in 123 minutes
 *   2 failures on the way, every visit told once
 */
import assert from "node:assert/strict"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { Job, Pipeline, State, Trigger } from "@tidemark/core"
import { Schema } from "effect"

const Click = Schema.Struct({ user: Schema.String, at: Schema.Number })
type Click = typeof Click.Type
const Visit = Schema.Struct({ user: Schema.String, start: Schema.Number, end: Schema.Number, clicks: Schema.Int })
type Visit = typeof Visit.Type

const minute = 60_000
const gap = 30 * minute
const users = ["ada", "bob", "cleo", "dan", "eve", "finn", "gus", "hal", "ivy", "jon", "kim", "lee"]

/** In order, a click every other minute; drawn from a seed, so that every run sees the same. */
let seed = 4
const random = (): number => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
  return seed / 2_147_483_648
}
const clicks: ReadonlyArray<Click> = Array.from({ length: 2_000 }, (_, i) => ({
  user: users[Math.floor(random() * users.length)] ?? "ada",
  at: Math.floor((i * 1.7 + random()) * minute)
}))

let calls = 0
const failNowAndThen = (): void => {
  calls++
  if (calls === 600 || calls === 1_700) throw new Error(`call ${calls} fails`)
}

const sink = Collection.sink({ schema: Visit })
const pipeline = Pipeline.make("sessions")
  .from("clicks", Collection.source({ schema: Click, records: clicks }))
  .eventTime(({ at }) => at)
  .keyBy("user")
  .process("visits", {
    schema: Visit,
    // Of fixed width, like the keys: it lives off the heap.
    states: {
      open: State.value("open", Schema.Struct({ start: Schema.Number, end: Schema.Number, clicks: Schema.Int }))
    },
    onElement: ({ at }, { emit, key, states, timers }) => {
      failNowAndThen()
      const open = states.open.get()
      // Time passes between batches, not between records: this click may be the first to know that the visit is over.
      const isOver = open !== undefined && at - open.end >= gap
      if (isOver) emit({ user: key, ...open })
      // The timer moves on: of the old one nothing is left.
      if (open !== undefined) timers.eventTime.delete(open.end + gap)
      timers.eventTime.register(at + gap)
      const visit = open === undefined || isOver ? { start: at, clicks: 0 } : open
      states.open.set({ start: visit.start, end: at, clicks: visit.clicks + 1 })
    },
    onTimer: (_, { emit, key, states }) => {
      const open = states.open.get()
      if (open !== undefined) emit({ user: key, ...open })
      states.open.clear()
    }
  })
  .to("visits-told", sink)

const report = await Job.runPromise({
  pipeline,
  checkpoint: { storage: MemoryStorage.make(), trigger: Trigger.count(200) },
  restart: { initialDelay: "5 millis" },
  parallelism: 2
})

/** The same by hand: clicks in order, a new visit wherever the gap is reached. */
const expected: Array<Visit> = []
for (const user of users) {
  for (const { at } of clicks.filter((click) => click.user === user)) {
    const last = expected.at(-1)
    const isNew = last === undefined || last.user !== user || at - last.end >= gap
    if (isNew) expected.push({ user, start: at, end: at, clicks: 1 })
    else expected[expected.length - 1] = { ...last, end: at, clicks: last.clicks + 1 }
  }
}
const inOrder = (visits: ReadonlyArray<Visit>): ReadonlyArray<string> =>
  visits.map(({ clicks, end, start, user }) => `${user} ${start} ${end} ${clicks}`).sort()

const visits = sink.records()
const [longest] = visits.filter(({ user }) => user === "ada").sort((a, b) => b.clicks - a.clicks)
console.log(
  `${report.position.records.toLocaleString("en-US")} clicks of ${users.length} users in ${visits.length} visits`
)
if (longest !== undefined) {
  console.log(
    `ada's longest visit: ${longest.clicks} clicks in ${Math.round((longest.end - longest.start) / minute)} minutes`
  )
}
console.log(`${report.restarts} failures on the way, every visit told once`)

assert.deepEqual(inOrder(visits), inOrder(expected))
assert.equal(report.restarts, 2)
