/**
 * Two processes and their attempts over one log, every operation delayed, lost, repeated or landing late, each of them
 * paused for long whiles: whatever happens, the log tells one story.
 */
import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Result } from "effect"
import { TestClock } from "effect/testing"
import { claimLog, type JobStorage, type LogWriter, readLog } from "../../../packages/core/src/storage/index.ts"
import { makeRandom, type Random } from "../../support/random.ts"
import { manifest } from "./support/entries.ts"
import { ScheduledLog } from "./support/ScheduledLog.ts"

/** What the leaders were told, in the order in which they were told. */
interface Story {
  readonly writers: Array<LogWriter>
  readonly recorded: Array<{ readonly term: number; readonly id: number }>
  readonly refused: Array<number>
  readonly retired: Set<number>
  fenced: number
}

const completedIn = ({ before }: LogWriter): ReadonlyArray<{ readonly id: number; readonly slot: number }> =>
  before.view.completed.map(({ manifest, slot }) => ({ id: manifest.id, slot }))

/** Leads, records a few checkpoints, keeps only the newest, and begins again; ends early when it is fenced. */
const leadOnce = Effect.fnUntraced(function* (options: {
  readonly storage: JobStorage
  readonly story: Story
  readonly random: Random
}) {
  const { random, storage, story } = options
  const writer = yield* claimLog(storage, {
    job: "job",
    holder: "same",
    since: "now",
    decide: ({ view }) => Effect.succeed({ resumesFrom: view.completed.at(-1)?.manifest.id ?? null })
  })
  story.writers.push(writer)
  let kept = completedIn(writer)
  for (let count = 0; count < 1 + random.below(3); count++) {
    const id = writer.idsReserved.from + count
    const appended = yield* Effect.result(writer.append(manifest(writer.term, id)))
    if (Result.isFailure(appended)) {
      if (appended.failure._tag === "Fenced") {
        story.fenced++
        return
      }
      story.refused.push(id)
      continue
    }
    story.recorded.push({ term: writer.term, id })
    for (const { id: older, slot } of kept) {
      story.retired.add(older)
      yield* storage.deleteEntry(slot)
    }
    kept = [{ id, slot: appended.success }]
  }
})

const run = Effect.fnUntraced(function* (seed: number) {
  const random = makeRandom(seed)
  const log = new ScheduledLog(random)
  const story: Story = { writers: [], recorded: [], refused: [], retired: new Set(), fenced: 0 }
  const process = (name: string) =>
    Effect.forEach([1, 2], () => Effect.exit(leadOnce({ storage: log.storage(name), story, random })), {
      discard: true
    })
  const fibers = [yield* Effect.forkChild(process("a")), yield* Effect.forkChild(process("b"))]
  let paused: string | null = null
  for (let steps = 0; steps < 5_000; steps++) {
    // Everybody goes on until he waits for the log or for a pause of his own.
    for (let turn = 0; turn < 6; turn++) yield* Effect.yieldNow
    if (fibers.every((fiber) => fiber.pollUnsafe() !== undefined)) break
    if (random.chance(0.05)) paused = random.pick(["a", "b", null]) ?? null
    if (log.isIdle) yield* TestClock.adjust("10 seconds")
    else log.step(paused)
  }
  yield* Effect.forEach(fibers, Fiber.join)
  log.landAll()
  return { log, story, view: yield* finalView(log) }
})

const finalView = Effect.fnUntraced(function* (log: ScheduledLog) {
  const fiber = yield* Effect.forkChild(readLog(log.storage("reader")))
  while (fiber.pollUnsafe() === undefined) {
    yield* Effect.yieldNow
    if (!log.isIdle) log.step(null)
  }
  return (yield* Fiber.join(fiber)).view
})

describe("two leaders over one log", () => {
  it.effect("S6 S10 S12 never both record in conflict, however they are paused and whatever lands late", () =>
    Effect.gen(function* () {
      const met = { gap: 0, lost: 0, landed: 0, late: 0, refused: 0, fenced: 0, retired: 0 }
      for (let seed = 1; seed <= 250; seed++) {
        const { log, story, view } = yield* run(seed)
        const at = `seed ${seed}`
        const standing = view.completed.map(({ manifest }) => manifest.id)
        const told = story.recorded.filter(({ id }) => !story.retired.has(id))
        // What a leader was told is completed stands, unless retention took it.
        expect(standing, at).toEqual(expect.arrayContaining(told.map(({ id }) => id)))
        // What surely failed stands nowhere.
        expect(
          standing.filter((id) => story.refused.includes(id)),
          at
        ).toEqual([])
        // S6, and every leader has a term of its own.
        const terms = story.writers.map(({ term }) => term)
        expect(new Set(terms).size, at).toBe(terms.length)
        const blocks = story.writers.map(({ idsReserved }) => idsReserved).sort((a, b) => a.from - b.from)
        for (const [i, block] of blocks.slice(1).entries()) {
          expect(block.from, at).toBeGreaterThanOrEqual(blocks[i]?.to ?? 0)
        }
        // S10: whoever took over knew all that older leaders were ever told, or something newer.
        for (const writer of story.writers) {
          const known = completedIn(writer).map(({ id }) => id)
          for (const { id, term } of story.recorded) {
            if (term < writer.term)
              expect(
                known.some((other) => other >= id),
                at
              ).toBe(true)
          }
        }
        met.fenced += story.fenced
        met.retired += story.retired.size
        for (const key of ["gap", "lost", "landed", "late", "refused"] as const) met[key] += log.met[key]
      }
      for (const [what, count] of Object.entries(met)) expect(count, what).toBeGreaterThan(0)
    })
  )
})
