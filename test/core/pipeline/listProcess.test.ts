import { describe, expect, it } from "@effect/vitest"
import { Pipeline, State, UserFunctionFailed } from "@tidemark/core"
import { Effect, Schema } from "effect"
import fc from "fast-check"
import type { ChainInstance } from "../../../packages/core/src/operator/ChainInstance.ts"
import { SideOutput } from "../../../packages/core/src/operator/SideOutput.ts"
import { type ChainMode, compileChain } from "../../../packages/core/src/pipeline/compileChain.ts"
import type { PhysicalPlan } from "../../../packages/core/src/pipeline/PhysicalPlan.ts"
import { makeSubtaskState } from "../../../packages/core/src/state/makeSubtaskState.ts"
import { compiled, problemsOf, sinkOf, sourceOf } from "./fixtures.ts"

const Group = Schema.Struct({ sizes: Schema.Array(Schema.Number), text: Schema.String })
const odd = SideOutput.make("odd", Schema.Number)

/** Gathers numbers by threes, dates and odd ones on the way; fails for 13. */
const gathered = Pipeline.make("gathered")
  .from("numbers", sourceOf(Schema.Number))
  .filter((number) => number !== 7)
  .process("gather", {
    schema: Group,
    lists: { waiting: State.operatorList("waiting", Schema.Number), days: State.operatorList("days", Schema.Date) },
    sides: [odd],
    onElement: (number, { emit, lists, timestamp, watermark }) => {
      if (number === 13) throw new Error("no thirteen")
      if (number % 2 !== 0) emit.side(odd, number)
      const before = lists.waiting.get()
      lists.waiting.add(number)
      lists.days.addAll([new Date(number * 86_400_000)])
      if (before.length < 2) return
      const days = lists.days.get().map((day) => day.toISOString().slice(0, 10))
      emit({ sizes: lists.waiting.get(), text: `${before.length} ${days} ${timestamp} ${watermark}` })
      lists.waiting.clear()
      lists.days.set([])
    },
    onEnd: ({ emit, lists }) => {
      emit({ sizes: lists.waiting.get(), text: "end" })
      lists.waiting.clear()
      lists.days.clear()
    }
  })
  .filter(({ sizes }) => {
    if (sizes.includes(17)) throw new Error("no seventeen")
    return true
  })
  .to("sink", sinkOf(Group))
  .side(odd, SideOutput.ignore)

const open = (plan: PhysicalPlan, mode: ChainMode) => {
  const [task] = plan.tasks
  if (task === undefined) throw new Error("no task")
  const shown: Array<unknown> = []
  const chain = compileChain(task, mode).instantiate({
    ...{ subtask: 0, state: makeSubtaskState(), position: (index) => `record ${index}` },
    output: { collect: (value) => shown.push(value) },
    sides: new Map([["odd", { collect: (value: unknown) => shown.push(value) }]])
  })
  return { chain, shown }
}

const run = (chain: ChainInstance, values: ReadonlyArray<number>): void =>
  chain.run({ values, timestamps: [], keys: [], groups: [] })

const errorText = (attempt: () => void): string | null => {
  try {
    attempt()
    return null
  } catch (error) {
    expect(error).toBeInstanceOf(UserFunctionFailed)
    return String(error)
  }
}

describe("a process function over lists", () => {
  it.effect("O1 comes to the same in generated code and interpreted, and goes on from its lists", () =>
    Effect.gen(function* () {
      const plan = compiled(gathered)
      const batches = fc.array(fc.array(fc.integer({ min: 0, max: 19 }), { maxLength: 8 }), { maxLength: 6 })
      const seen = { errors: 0, outputs: 0 }
      for (const feeds of fc.sample(batches, 150)) {
        const straight = { generated: open(plan, "generated"), interpreted: open(plan, "interpreted") }
        // The third is restored before every batch.
        let restored = open(plan, "generated")
        const shown: Array<unknown> = []
        const errors: Array<string | null> = []
        for (const values of [...feeds, null]) {
          const lists = restored.chain.lists?.lists() ?? []
          restored = open(plan, "generated")
          yield* restored.chain.lists?.restore(({ name }) => lists.find((list) => list.name === name)?.items ?? []) ??
            Effect.void
          const thrown = [straight.generated, straight.interpreted, restored].map(({ chain }) =>
            errorText(() => (values === null ? chain.lists?.end(5) : run(chain, values)))
          )
          shown.push(...restored.shown)
          expect(new Set(thrown).size).toBe(1)
          errors.push(thrown[0] ?? null)
          if (thrown[0] !== null) break
        }
        expect(straight.interpreted.shown).toEqual(straight.generated.shown)
        expect(shown).toEqual(straight.generated.shown)
        seen.errors += errors.filter((error) => error !== null).length
        seen.outputs += shown.length
      }
      expect(Math.min(seen.errors, seen.outputs)).toBeGreaterThan(20)
    })
  )

  it("names operator and record, or the end of data", () => {
    for (const mode of ["generated", "interpreted"] as const) {
      const fresh = () => open(compiled(gathered), mode).chain
      expect(errorText(() => run(fresh(), [2, 13]))).toMatch(/Operator "gather".*record 1: no thirteen/)
      expect(errorText(() => run(fresh(), [2, 17, 2]))).toMatch(/Operator "filter-3".*record 2: no seventeen/)
      const chain = fresh()
      run(chain, [17])
      expect(errorText(() => chain.lists?.end(1))).toMatch(/Operator "filter-3".*the end of data: no seventeen/)
    }
  })

  it("a value that does not fit the schema of its list names operator and list", () => {
    const { chain } = open(compiled(gathered), "generated")
    run(chain, [JSON.parse('"two"')])
    expect(() => chain.lists?.lists()).toThrow(/"waiting" of operator "gather".*does not fit/i)
  })

  it("what cannot work is refused when the pipeline is built", () => {
    const numbers = Pipeline.make("numbers").from("numbers", sourceOf(Schema.Number))
    const twice = { a: State.operatorList("x", Schema.Int), b: State.operatorList("x", Schema.Int) }
    const doubled = numbers.process("p", { schema: Group, lists: twice, onElement: () => {} }).to("s", sinkOf(Group))
    expect(problemsOf(doubled)).toEqual(['Process "p" has 2 states of the name "x"; every state needs its own.'])
  })
})
