import { describe, expect, it } from "vitest"
import type { LogEntry } from "../../../packages/core/src/storage/LogEntry.ts"
import { isKept, type LogView, viewLog } from "../../../packages/core/src/storage/logView.ts"
import { claim, end, invalidation, manifest } from "./support/entries.ts"

/** Entries at slots 1, 2, …; null for one that retention has removed, "damaged" for one that cannot be read. */
const view = (...log: ReadonlyArray<LogEntry | null | "damaged">): LogView => {
  const slots = log.map((entry, index) => ({ slot: index + 1, entry }))
  return viewLog({
    entries: slots.flatMap(({ slot, entry }) => (entry === null || entry === "damaged" ? [] : [{ slot, entry }])),
    damaged: slots.flatMap(({ slot, entry }) => (entry === "damaged" ? [slot] : [])),
    lastSlot: log.length
  })
}

const idsOf = ({ completed }: LogView) => completed.map(({ manifest }) => manifest.id)

describe("the view of a log", () => {
  it("an empty log: the first term, id and slot are 1", () => {
    const nothing = { completed: [], savepoints: [], restored: null, corrupt: [], end: null }
    expect(view()).toEqual({ lastSlot: 0, term: 0, idsEnd: 1, ...nothing })
  })

  it("completed checkpoints come ascending by id with their slots, in whatever order they were appended", () => {
    const { completed } = view(claim(1, 1), manifest(1, 2), manifest(1, 1))
    expect(completed.map(({ manifest, slot }) => [manifest.id, slot])).toEqual([
      [1, 3],
      [2, 2]
    ])
  })

  it("S6 ids and terms go on above every claim, also above those that are void", () => {
    expect(view(claim(1, 1), claim(2, 1001), manifest(2, 1500))).toMatchObject({ term: 2, idsEnd: 2001 })
    expect(view(claim(2, 5000), claim(1, 1), manifest(1, 1))).toMatchObject({ term: 2, idsEnd: 6000 })
  })

  it("a claim repeated by its leader reserves more ids and changes nothing else", () => {
    const log = view(claim(1, 1), manifest(1, 1), claim(1, 1001), manifest(1, 2))
    expect(log.idsEnd).toBe(2001)
    expect(idsOf(log)).toEqual([1, 2])
  })

  it("an invalidated checkpoint is corrupt and no longer completed", () => {
    const log = view(
      claim(1, 1),
      manifest(1, 1),
      manifest(1, 2),
      claim(2, 1001, { resumesFrom: 2 }),
      invalidation(2, 2)
    )
    expect(idsOf(log)).toEqual([1])
    expect(log.corrupt.map(({ manifest }) => manifest.id)).toEqual([2])
  })

  it("W5 a savepoint of a job that ran on stands and does not count; one that the job stopped with counts", () => {
    const log = view(claim(1, 1), manifest(1, 1), manifest(1, 2, "savepoint"), manifest(1, 3, "stopSavepoint"))
    expect(idsOf(log)).toEqual([1, 3])
    expect(log.savepoints.map(({ manifest }) => manifest.id)).toEqual([2, 3])
    expect(log.restored).toBeNull()
  })

  it("W5 it counts from the claim on that names it, and whose it is stays said until the job goes on from elsewhere", () => {
    const log = [claim(1, 1), manifest(1, 1), manifest(1, 2, "savepoint"), manifest(1, 3)] as const
    const restored = view(...log, claim(2, 1001, { resumesFrom: 2, restores: "no-claim" }))
    expect(idsOf(restored)).toEqual([1, 2])
    expect(restored.restored).toEqual({ id: 2, mode: "no-claim" })
    const onward = [
      ...log,
      claim(2, 1001, { resumesFrom: 2, restores: "claim" }),
      claim(3, 2001, { resumesFrom: 2 }),
      manifest(3, 2001)
    ]
    expect(idsOf(view(...onward))).toEqual([1, 2, 2001])
    expect(view(...onward).restored).toEqual({ id: 2, mode: "claim" })
    const elsewhere = view(...onward, claim(4, 3001, { resumesFrom: 1 }))
    expect(idsOf(elsewhere)).toEqual([1])
    expect(elsewhere.restored).toBeNull()
    expect(elsewhere.savepoints.map(({ manifest }) => manifest.id)).toEqual([2])
  })

  it("W5 a claim that merely goes on from where the log says makes no savepoint count", () => {
    const log = view(claim(1, 1), manifest(1, 1), manifest(1, 2, "savepoint"), claim(2, 1001, { resumesFrom: 2 }))
    expect(idsOf(log)).toEqual([1])
  })

  it("an invalidated savepoint no longer stands", () => {
    const log = view(
      ...[claim(1, 1), manifest(1, 2, "savepoint"), claim(2, 1001, { resumesFrom: 2, restores: "claim" })],
      invalidation(2, 2)
    )
    expect(log.savepoints).toEqual([])
    expect(log.corrupt.map(({ manifest }) => manifest.id)).toEqual([2])
  })

  it("what is the user's: a savepoint unless it was claimed, and a checkpoint that was restored without claiming it", () => {
    const [plain, saved] = [manifest(1, 1), manifest(1, 2, "savepoint")]
    expect([plain, saved].map((one) => isKept({ restored: null }, one))).toEqual([false, true])
    expect([plain, saved].map((one) => isKept({ restored: { id: 2, mode: "claim" } }, one))).toEqual([false, false])
    expect([plain, saved].map((one) => isKept({ restored: { id: 1, mode: "no-claim" } }, one))).toEqual([true, true])
  })

  it("the end counts until somebody claims again", () => {
    expect(view(claim(1, 1), end(1, "cancelled")).end).toBe("cancelled")
    expect(view(claim(1, 1), end(1, "cancelled"), claim(2, 1001)).end).toBeNull()
  })

  it("W1 a claim in a gap below entries of a lower term is void", () => {
    const log = view(claim(1, 1), manifest(1, 1), claim(2, 1001), manifest(1, 3))
    expect(idsOf(log)).toEqual([1, 3])
  })

  it("W1 a claim in a gap below another leader's claim of its own term is void", () => {
    const paused = claim(2, 1001, { nonce: 77 })
    const log = view(claim(1, 1), manifest(1, 1), paused, claim(2, 1001, { resumesFrom: 1 }), manifest(2, 1001))
    expect(idsOf(log)).toEqual([1, 1001])
  })

  it("W1 W3 of two claims of one term the upper one says what counts", () => {
    const paused = claim(2, 1001, { nonce: 77, resumesFrom: 2 })
    const log = view(claim(1, 1), manifest(1, 1), manifest(1, 2), paused, claim(2, 1001, { resumesFrom: 1 }))
    expect(idsOf(log)).toEqual([1])
  })

  it("W2 what an older leader appended above an entry of a later term is void: manifests, invalidations and ends", () => {
    // The later term is known by its manifest alone: its claim cannot be read.
    const log = [claim(1, 1), manifest(1, 1), "damaged", manifest(2, 1001)] as const
    expect(view(...log, manifest(1, 2), invalidation(1, 1), end(1, "finished"))).toMatchObject({
      ...view(...log),
      lastSlot: 7
    })
  })

  it("W2 manifests of a lower term below the claim count, those of a term that was passed over do not", () => {
    const log = view(claim(1, 1), manifest(1, 1), claim(3, 2001, { resumesFrom: 1 }), manifest(3, 2001))
    expect(idsOf(log)).toEqual([1, 2001])
  })

  it("W3 checkpoints newer than the one that a claim resumes from no longer count", () => {
    const kept = [claim(1, 1), manifest(1, 1), manifest(1, 2), manifest(1, 3)]
    expect(idsOf(view(...kept, claim(2, 1001, { resumesFrom: 2 })))).toEqual([1, 2])
    expect(idsOf(view(...kept, claim(2, 1001, { resumesFrom: null })))).toEqual([])
  })

  it("W4 S6 a damaged entry may have been a claim: neither its term nor its ids are used again", () => {
    expect(view(claim(1, 1), "damaged")).toMatchObject({ term: 2, idsEnd: 2001 })
    expect(view("damaged", "damaged")).toMatchObject({ term: 2, idsEnd: 2001, lastSlot: 2 })
  })

  it("W4 damaged entries below a later claim cost nothing", () => {
    expect(view("damaged", claim(2, 1001))).toMatchObject({ term: 2, idsEnd: 2001 })
  })

  it("W4 manifests above a damaged claim count, and fence older terms as the claim did", () => {
    const log = view(claim(1, 1), manifest(1, 1), "damaged", manifest(2, 1001))
    expect(idsOf(log)).toEqual([1, 1001])
  })

  it("gaps that retention left are no entries", () => {
    expect(view(claim(1, 1), null, null, manifest(1, 3))).toMatchObject({ lastSlot: 4, term: 1 })
  })
})
