import { readFileSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Exit, Schema } from "effect"
import xxhash from "xxhash-wasm"
import { makeSubtaskState, openSnapshot, State } from "../../../packages/core/src/state/index.ts"
import { contents, groupOf, makeSubtask, open, restored } from "./support/sums.ts"

const makeSnapshot = Effect.suspend(() => {
  const subtask = makeSubtask()
  for (const [i, key] of ["ATL", "ORD", "LAX"].entries()) {
    subtask.sums.acquire(key, groupOf(key), 978_307_200_000).count = i
    subtask.words.set(key, groupOf(key), 0, `${key} `.repeat(100))
  }
  return subtask.state.capture([{ operator: "flights", name: "splits", items: [{ id: "a" }] }]).encode([])
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
        expect(yield* problemOf(yield* objectOf(1, text))).toMatch(/its header cannot be read/)
      }
      expect(yield* problemOf(yield* objectOf(1, '{"keyGroups":128,"states":[],"lists":[]}'))).toBe("opened")
    })
  )

  it.effect("a newer format is told apart from damage", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(open(yield* objectOf(2, "whatever format 2 says")))
      expect(error).toMatchObject({ _tag: "FormatTooNew", object: "daily-0", found: 2, supported: 1 })
    })
  )

  it.effect("format 1 as first written is still restored", () =>
    Effect.gen(function* () {
      const bytes = readFileSync(new URL("golden/format1.snapshot", import.meta.url))
      const reader = yield* openSnapshot({ object: "format1.snapshot", checkpoint: 1, bytes })
      const { flights, state, timers, words } = golden()
      yield* state.restore([reader], { from: 0, to: 128 })
      expect(reader.lists).toEqual(goldenLists)
      expect(words.get("ATL", groupOf("ATL"), 0)).toEqual(goldenFlight)
      expect(words.get("\ud800", groupOf("\ud800"), 0)).toEqual({ ...goldenFlight, delay: -0, note: "\udfff" })
      expect(flights.get(42, groupOf(42), 86_400_000)).toEqual(["a", "b"])
      expect(flights.get(-(2 ** 40), groupOf(-(2 ** 40)), 0)).toEqual(
        Array.from({ length: 500 }, (_, i) => `item ${i}`)
      )
      expect(timers.get(7n, groupOf(7n), 978_307_200_000)).toBe(true)
      expect(words.size + flights.size + timers.size).toBe(5)
    })
  )

  it.effect("an object restored and written again holds the same", () =>
    Effect.gen(function* () {
      const once = yield* restored([yield* open(yield* makeSnapshot)])
      const twice = yield* restored([yield* open(yield* once.state.capture([]).encode([]))])
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

const Flight = Schema.Struct({
  origin: Schema.String,
  delay: Schema.Number,
  date: Schema.Date,
  seats: Schema.BigInt,
  note: Schema.optionalKey(Schema.NullOr(Schema.String)),
  tags: Schema.Record(Schema.String, Schema.Boolean),
  stops: Schema.Option(Schema.String)
})

const goldenFlight: typeof Flight.Type = {
  origin: "ATL",
  delay: 15.5,
  date: new Date(978_307_200_000),
  seats: 2n ** 70n,
  tags: { late: true },
  stops: Schema.decodeSync(Schema.toCodecJson(Schema.Option(Schema.String)))({ _tag: "Some", value: "ORD" })
}

const goldenLists = [{ operator: "flights", name: "splits", items: [{ id: "rows 0", next: 17 }, null] }]

const golden = () => {
  const state = makeSubtaskState()
  const owner = { operator: "golden", key: Schema.String }
  return {
    state,
    words: state.keyed(State.value("flight", Flight).describe(owner)),
    flights: state.keyed(State.list("flights", Schema.String).describe({ ...owner, key: Schema.Int })),
    timers: state.keyed(State.timers("timers", { ...owner, key: Schema.BigInt }))
  }
}

/** How golden/format1.snapshot was made; kept so that format 2 can be made alike. */
export const writeGolden = (): Effect.Effect<Uint8Array> => {
  const { flights, state, timers, words } = golden()
  words.set("ATL", groupOf("ATL"), 0, goldenFlight)
  words.set("\ud800", groupOf("\ud800"), 0, { ...goldenFlight, delay: -0, note: "\udfff" })
  flights.set(42, groupOf(42), 86_400_000, ["a", "b"])
  flights.set(
    -(2 ** 40),
    groupOf(-(2 ** 40)),
    0,
    Array.from({ length: 500 }, (_, i) => `item ${i}`)
  )
  timers.set(7n, groupOf(7n), 978_307_200_000, true)
  return state.capture(goldenLists).encode([])
}
