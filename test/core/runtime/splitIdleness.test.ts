import type { Polled, SourceReader } from "@tidemark/core/connector"
import { describe, expect, it } from "vitest"
import { maxWatermark, minWatermark } from "../../../packages/core/src/model/time.ts"
import { SplitIdleness } from "../../../packages/core/src/runtime/SplitIdleness.ts"
import { SplitReader, unstarted } from "../../../packages/core/src/runtime/SplitReader.ts"

/** Splits that a test makes speak, and a clock that it moves. */
const made = (options: { readonly splits: number; readonly isTimeOrdered?: boolean; readonly isGrowing?: boolean }) => {
  let now = 1_000
  const answers: Array<Polled<unknown>> = []
  const reader: SourceReader<unknown> = {
    assign: () => {},
    poll: () => answers.shift() ?? { _tag: "Pending" }
  }
  const splits = new SplitReader({
    reader,
    splits: Array.from({ length: options.splits }, (_, order) => unstarted({ id: `s${order}`, spec: null }, order)),
    isTimeOrdered: options.isTimeOrdered ?? false,
    isGrowing: options.isGrowing ?? false,
    outOfOrdernessMs: 0,
    idleness: new SplitIdleness({ idleAfterMs: 100, now: () => now })
  })
  const poll = () => {
    splits.poll(10)
    return [splits.watermark(), splits.isIdle] as const
  }
  return {
    splits,
    poll,
    /** A split has a record of that time. */
    speak: (split: number, timestamp: number) => {
      answers.push({ _tag: "Records", split: `s${split}`, values: ["x"], position: 0, skipped: 0 })
      splits.poll(10)
      splits.observe(timestamp)
      return [splits.watermark(), splits.isIdle] as const
    },
    answer: (polled: Polled<unknown>) => {
      answers.push(polled)
      return poll()
    },
    /** Time passes, and then the source is asked. */
    pass: (millis: number) => {
      now += millis
      return poll()
    },
    /** Time passes while the task waits for room. */
    /** Time passes without a question, and then there is no room. */
    passThenBlock: (millis: number) => {
      now += millis
      splits.paused()
    },
    passBlocked: (millis: number) => {
      splits.paused()
      now += millis
      splits.paused()
    }
  }
}

describe("W3 idle splits", () => {
  it("are left out after the time, not before, and hold back again with their next record", () => {
    const { pass, poll, speak } = made({ splits: 2 })
    poll()
    speak(0, 500)
    expect(speak(1, 50)).toEqual([49, false])
    pass(50)
    expect(speak(0, 600)).toEqual([49, false])
    expect(pass(49)).toEqual([49, false])
    expect(pass(1)).toEqual([599, false])
    speak(1, 700)
    expect(speak(0, 900)).toEqual([699, false])
  })

  it("that never had a record are left out as well", () => {
    const { pass, poll, speak } = made({ splits: 2 })
    poll()
    pass(60)
    expect(speak(0, 500)).toEqual([minWatermark, false])
    expect(pass(40)).toEqual([499, false])
  })

  it("with all idle the watermark stands, and the subtask says so until a record comes", () => {
    const { pass, poll, speak } = made({ splits: 2 })
    poll()
    speak(0, 500)
    speak(1, 50)
    expect(pass(100)).toEqual([49, true])
    expect(pass(1_000)).toEqual([49, true])
    expect(speak(1, 60)).toEqual([59, false])
  })

  it("records that are older than the watermark do not take it back", () => {
    const { pass, poll, speak } = made({ splits: 2 })
    poll()
    speak(0, 500)
    pass(100)
    expect(speak(0, 500)).toEqual([499, false])
    expect(speak(1, 3)).toEqual([499, false])
  })

  it("finished splits do not matter, and with all finished time ends", () => {
    const { answer, pass, poll, speak } = made({ splits: 2 })
    poll()
    speak(0, 500)
    pass(100)
    expect(answer({ _tag: "SplitFinished", split: "s0" })).toEqual([minWatermark, true])
    expect(answer({ _tag: "SplitFinished", split: "s1" })).toEqual([maxWatermark, false])
  })

  it("of a source that is ordered in time the first active split bounds", () => {
    const { pass, poll, speak } = made({ splits: 3, isTimeOrdered: true })
    poll()
    speak(0, 100)
    pass(100)
    expect(speak(1, 200)).toEqual([199, false])
  })

  it("a growing source without open splits is idle after the time, until it finds one", () => {
    const { answer, pass, poll } = made({ splits: 0, isGrowing: true })
    expect(poll()).toEqual([minWatermark, false])
    expect(pass(100)).toEqual([minWatermark, true])
    const found = [{ id: "s9", spec: null }]
    expect(answer({ _tag: "SplitsFound", splits: found, forgetsOthers: false })).toEqual([minWatermark, false])
  })

  it("time in which the task waits for room does not count", () => {
    const { pass, passBlocked, poll, speak } = made({ splits: 2 })
    poll()
    speak(0, 500)
    speak(1, 50)
    passBlocked(10_000)
    expect(poll()).toEqual([49, false])
    pass(60)
    passBlocked(10_000)
    pass(0)
    expect(pass(39)).toEqual([49, false])
    expect(pass(1)).toEqual([49, true])
  })

  it("time up to the moment in which there is no room counts", () => {
    const { pass, passBlocked, passThenBlock, poll, speak } = made({ splits: 1 })
    poll()
    speak(0, 500)
    passThenBlock(60)
    passBlocked(10_000)
    expect(poll()).toEqual([499, false])
    expect(pass(40)).toEqual([499, true])
  })
})
