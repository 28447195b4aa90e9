import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { AsyncQueue, type Leaving } from "../../../../packages/core/src/runtime/async/AsyncQueue.ts"

/** `done`: the call of the n-th record in work, in the order of their beginning, modulo their number, is answered. */
const action = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ _tag: "Record" as const }) },
  { weight: 1, arbitrary: fc.constant({ _tag: "Fence" as const }) },
  { weight: 4, arbitrary: fc.record({ _tag: fc.constant("Done" as const), n: fc.nat(20) }) },
  { weight: 5, arbitrary: fc.constant({ _tag: "Begin" as const }) },
  { weight: 2, arbitrary: fc.constant({ _tag: "Take" as const }) }
)

/** Numbers what is put in, and notes in which order it comes out: records as they are, fences as negative numbers. */
class Recorder {
  readonly queue: AsyncQueue
  readonly added: Array<number> = []
  readonly answered: Array<number> = []
  readonly left: Array<number> = []
  readonly #calls: Array<{ readonly value: unknown; readonly done: (result: unknown) => void }> = []
  #next = 0

  constructor(isOrdered: boolean) {
    this.queue = new AsyncQueue(isOrdered)
  }

  record(): void {
    this.added.push(++this.#next)
    this.queue.add({ value: this.#next, timestamp: this.#next * 10 })
  }

  fence(): void {
    this.added.push(-++this.#next)
    this.queue.addFence({ _tag: "Watermark", timestamp: this.#next })
  }

  begin(): boolean {
    const begun = this.queue.begin()
    if (begun !== null) this.#calls.push({ value: begun.entry.value, done: begun.done })
    return begun !== null
  }

  done(n: number): boolean {
    const [call] = this.#calls.splice(n % Math.max(this.#calls.length, 1), 1)
    if (call === undefined) return false
    this.answered.push(Number(call.value))
    call.done(call.value)
    return true
  }

  take(): void {
    for (let leaving = this.queue.take(); leaving !== null; leaving = this.queue.take()) this.#note(leaving)
  }

  #note(leaving: Leaving): void {
    if (leaving._tag === "Watermark") this.left.push(-leaving.timestamp)
    if (leaving._tag !== "Results") return
    for (const [i, value] of leaving.values.entries()) {
      expect(leaving.timestamps[i]).toBe(Number(value) * 10)
      this.left.push(Number(value))
    }
  }
}

const isRecord = (number: number): boolean => number > 0

/** The records between fences, as sets. */
const segments = (numbers: ReadonlyArray<number>): ReadonlyArray<ReadonlyArray<number>> => {
  const all: Array<Array<number>> = [[]]
  for (const number of numbers) {
    if (isRecord(number)) all.at(-1)?.push(number)
    else all.push([])
  }
  return all
}

describe("the queue of an asynchronous operator", () => {
  for (const isOrdered of [true, false]) {
    it(`Q1 Q2 Q3 keeps order and fences, ${isOrdered ? "ordered" : "unordered"}`, () => {
      let overtaken = 0
      fc.assert(
        fc.property(fc.array(action, { minLength: 20, maxLength: 60, size: "max" }), (actions) => {
          const recorder = new Recorder(isOrdered)
          for (const step of actions) {
            if (step._tag === "Record") recorder.record()
            else if (step._tag === "Fence") recorder.fence()
            else if (step._tag === "Begin") recorder.begin()
            else if (step._tag === "Done") recorder.done(step.n)
            else recorder.take()
            const { added, left, queue } = recorder
            const inQueue = added.filter(isRecord).filter((number) => !left.includes(number))
            expect(queue.entries().map(({ value }) => value)).toEqual(inQueue)
          }
          while (recorder.begin()) {}
          while (recorder.done(0)) {}
          recorder.take()
          const { added, answered, left, queue } = recorder
          expect(queue.isEmpty).toBe(true)
          expect([queue.inWork, queue.unbegun]).toEqual([0, 0])
          if (isOrdered) expect(left).toEqual(added)
          else {
            expect(left.filter((number) => !isRecord(number))).toEqual(added.filter((number) => !isRecord(number)))
            const sorted = (of: ReadonlyArray<number>) =>
              segments(of).map((numbers) => [...numbers].sort((a, b) => a - b))
            expect(sorted(left)).toEqual(sorted(added))
            // Within a segment as they were answered.
            for (const segment of segments(left)) {
              expect(segment).toEqual(answered.filter((number) => segment.includes(number)))
            }
            if (left.some((number, i) => number !== added[i])) overtaken++
          }
        }),
        { numRuns: 200 }
      )
      if (!isOrdered) expect(overtaken).toBeGreaterThan(10)
    })
  }
})
