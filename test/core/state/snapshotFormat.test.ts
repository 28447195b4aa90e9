import { readFileSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import xxhash from "xxhash-wasm"
import { expectGolden, writeGolden } from "./support/golden.ts"
import { expectGoldenChain, writeGoldenChain } from "./support/goldenChain.ts"
import { contents, encoded, groupOf, makeSubtask, open, restored } from "./support/sums.ts"

const makeSnapshot = Effect.suspend(() => {
  const subtask = makeSubtask()
  for (const [i, key] of ["ATL", "ORD", "LAX"].entries()) {
    subtask.sums.update(key, groupOf(key), 978_307_200_000, (sum) => {
      sum.count = i
    })
    subtask.words.set(key, groupOf(key), 0, `${key} `.repeat(1000))
  }
  return encoded(subtask.state, [{ operator: "flights", name: "splits", items: [{ id: "a" }] }])
})

const tagOf = (bytes: Uint8Array): Effect.Effect<string> =>
  Effect.map(Effect.exit(open(bytes)), (exit) => (Exit.isFailure(exit) ? JSON.stringify(exit.cause) : "opened"))

const problemOf = (bytes: Uint8Array): Effect.Effect<string> =>
  Effect.match(open(bytes), {
    onFailure: (error) => {
      expect(error.object).toBe("daily-0")
      return error._tag === "SnapshotCorrupt" ? error.problem : error._tag
    },
    onSuccess: () => "opened"
  })

const goldenFile = (name: string): Uint8Array => readFileSync(new URL(`golden/${name}`, import.meta.url))

describe("the format of state objects", () => {
  it.effect("S1 every changed bit is noticed, and nothing else than a corrupt snapshot is told", () =>
    Effect.gen(function* () {
      const bytes = yield* makeSnapshot
      for (let at = 0; at < bytes.length; at++) {
        for (const mask of [0x01, 0x80, 0xff]) {
          const damaged = bytes.slice()
          damaged[at] = (damaged[at] ?? 0) ^ mask
          expect(yield* problemOf(damaged)).toMatch(/checksum|begin/)
        }
      }
      expect(yield* tagOf(bytes)).toBe("opened")
    })
  )

  it.effect("S1 every truncation is noticed", () =>
    Effect.gen(function* () {
      const bytes = yield* makeSnapshot
      for (let length = 0; length < bytes.length; length++) {
        expect(yield* problemOf(bytes.subarray(0, length))).toMatch(/cut off|ends within/)
      }
    })
  )

  it.effect("S1 what follows the end is noticed", () =>
    Effect.gen(function* () {
      const bytes = yield* makeSnapshot
      expect(yield* problemOf(Buffer.concat([bytes, new Uint8Array(3)]))).toBe("it goes on for 3 bytes after its end")
      expect(yield* problemOf(Buffer.concat([bytes, bytes]))).toMatch(/after its end/)
    })
  )

  it.effect("a message names the object, the checkpoint and what to do", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(open(new TextEncoder().encode("SQLite format 3 and much more that is not ours")))
      expect(error.message).toBe(
        "State object daily-0 of checkpoint 7 is damaged: it does not begin as a state object does. " +
          "Restore the file from a backup, or resume from another checkpoint."
      )
    })
  )

  it.effect("a header that is whole but not ours is corrupt", () =>
    Effect.gen(function* () {
      for (const text of ["not json", "{}", '{"keyGroups":64,"states":[],"lists":[]}']) {
        for (const version of [1, 2]) {
          expect(yield* problemOf(yield* objectOf(version, text))).toMatch(/its header cannot be read/)
        }
      }
      expect(yield* problemOf(yield* objectOf(1, '{"keyGroups":128,"states":[],"lists":[]}'))).toBe("opened")
    })
  )

  it.effect("a newer format is told apart from damage", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(open(yield* objectOf(3, "whatever format 3 says")))
      expect(error).toMatchObject({ _tag: "FormatTooNew", object: "daily-0", found: 3, supported: 2 })
    })
  )

  it.effect("format 1 as first written is still restored", () => expectGolden(goldenFile("format1.snapshot")))

  it.effect("format 2 as first written is still restored, also where it continues another object", () =>
    expectGoldenChain([goldenFile("format2-full.snapshot"), goldenFile("format2-delta.snapshot")])
  )

  it.effect("what is written today is restored as the golden files are", () =>
    Effect.andThen(Effect.flatMap(writeGolden, expectGolden), Effect.flatMap(writeGoldenChain, expectGoldenChain))
  )

  it.effect("an object restored and written again holds the same", () =>
    Effect.gen(function* () {
      const once = yield* restored([yield* open(yield* makeSnapshot)])
      const twice = yield* restored([yield* open(yield* encoded(once.state))])
      expect(contents(twice)).toEqual(contents(once))
    })
  )
})

/** A well-formed object of any version around a header. */
const objectOf = (version: number, header: string): Effect.Effect<Uint8Array> =>
  Effect.map(
    Effect.promise(() => xxhash()),
    ({ h64Raw }) => {
      const text = new TextEncoder().encode(header)
      const bytes = new Uint8Array(32 + text.length)
      const view = new DataView(bytes.buffer)
      bytes.set(new TextEncoder().encode("TIDESNAP"))
      bytes.set(text, 32)
      view.setUint32(8, version, true)
      view.setUint32(12, text.length, true)
      view.setBigUint64(16, h64Raw(text), true)
      view.setBigUint64(24, h64Raw(bytes.subarray(0, 24)), true)
      return bytes
    }
  )
