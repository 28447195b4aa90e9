import type { Polled, SourceReader } from "@tidemark/core/connector"
import { describe, expect, it } from "vitest"
import { maxWatermark, minWatermark } from "../../../packages/core/src/model/time.ts"
import {
  SplitReader,
  type SplitState,
  splitStateOf,
  unstarted
} from "../../../packages/core/src/runtime/SplitReader.ts"

/** A reader that answers what a test has scripted, and notes what it was assigned. */
const scripted = (answers: ReadonlyArray<Polled<unknown>>) => {
  const assigned: Array<string> = []
  const left = [...answers]
  const reader: SourceReader<unknown> = {
    assign: (split, position) => assigned.push(`${split.id} at ${JSON.stringify(position)}`),
    poll: () => left.shift() ?? { _tag: "Exhausted" }
  }
  return { reader, assigned }
}

const records = (split: string, position: number): Polled<unknown> => ({
  _tag: "Records",
  split,
  values: ["a", "b"],
  position,
  skipped: 1
})

const split = (order: number, over: Partial<SplitState> = {}): SplitState => ({
  ...unstarted({ id: `s${order}`, spec: null }, order),
  ...over
})

const made = (options: {
  readonly splits: ReadonlyArray<SplitState>
  readonly answers?: ReadonlyArray<Polled<unknown>>
  readonly isTimeOrdered?: boolean
}) => {
  const { assigned, reader } = scripted(options.answers ?? [])
  const splits = new SplitReader({
    reader,
    splits: options.splits,
    isTimeOrdered: options.isTimeOrdered ?? false,
    outOfOrdernessMs: 5
  })
  return { assigned, splits }
}

describe("watermarks of splits", () => {
  it("W1 is the minimum over unfinished splits, less the allowed disorder", () => {
    const { splits } = made({ splits: [split(0, { maxTimestamp: 100 }), split(1, { maxTimestamp: 70 })] })
    expect(splits.watermark()).toBe(64)
  })

  it("W1 an unstarted split holds the watermark back", () => {
    const { splits } = made({ splits: [split(0, { maxTimestamp: 100 }), split(1)] })
    expect(splits.watermark()).toBe(minWatermark)
  })

  it("W1 where the source is ordered in time the first unfinished split alone counts", () => {
    const { splits } = made({
      splits: [
        split(0, { isFinished: true }),
        split(1, { maxTimestamp: 100 }),
        split(2),
        split(3, { maxTimestamp: 900 })
      ],
      isTimeOrdered: true
    })
    expect(splits.watermark()).toBe(94)
  })

  it("W1 an ordered source whose next split has not begun waits, although a later one was begun before a rescale", () => {
    const { splits } = made({
      splits: [split(0, { isFinished: true, maxTimestamp: 50 }), split(1), split(2, { maxTimestamp: 900 })],
      isTimeOrdered: true
    })
    expect(splits.watermark()).toBe(minWatermark)
  })

  it("W2 never goes back and ends at the end of time", () => {
    const { splits } = made({
      splits: [split(0), split(1)],
      answers: [
        records("s0", 2),
        { _tag: "SplitFinished", split: "s0" },
        records("s1", 2),
        { _tag: "SplitFinished", split: "s1" }
      ],
      isTimeOrdered: true
    })
    const seen: Array<number> = []
    for (const timestamp of [100, minWatermark, 50, minWatermark]) {
      splits.poll(10)
      splits.observe(timestamp)
      seen.push(splits.watermark())
    }
    expect(seen).toEqual([94, 94, 94, maxWatermark])
  })

  it("W2 a subtask without splits is at the end of time", () => {
    expect(made({ splits: [] }).splits.watermark()).toBe(maxWatermark)
  })
})

describe("positions of splits", () => {
  it("finished splits are not read again, the others from where they stood, in reading order", () => {
    const { assigned } = made({ splits: [split(2, { position: 7 }), split(1), split(0, { isFinished: true })] })
    expect(assigned).toEqual(["s1 at null", "s2 at 7"])
  })

  it("S4 the states name every split with position, records and event time, and survive JSON", () => {
    const { splits } = made({
      splits: [split(0), split(1, { isFinished: true, records: 3 })],
      answers: [records("s0", 4)]
    })
    splits.poll(10)
    splits.observe(42)
    const states = splits.states()
    expect(states).toEqual([
      split(0, { position: 4, records: 2, maxTimestamp: 42 }),
      split(1, { isFinished: true, records: 3 })
    ])
    expect(states.map((state) => splitStateOf(JSON.parse(JSON.stringify(state))))).toEqual(states)
    expect([splits.records(), splits.emitted(), splits.skipped()]).toEqual([5, 2, 1])
  })

  it("a record is described by its split and its place in the batch", () => {
    const { splits } = made({ splits: [split(0)], answers: [records("s0", 4)] })
    splits.poll(10)
    expect(splits.position(1)).toBe("split s0, record 2 of the batch before 4")
  })

  it("a snapshot's item that is no split is a broken invariant", () => {
    expect(() => splitStateOf({ id: "s0" })).toThrow(/a snapshot's split has the fields of a split/)
  })
})
