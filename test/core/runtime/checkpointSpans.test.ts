import { Pipeline } from "@tidemark/core"
import { TestPipeline } from "@tidemark/core/testing"
import { Effect, Option, Schema, type Scope, Tracer } from "effect"
import { expect, it } from "vitest"
import { neverRead } from "../../support/neverRead.ts"

const Hit = Schema.Struct({ page: Schema.String })

const pages = Pipeline.make("hits")
  .from("hits", neverRead(Hit))
  .keyBy("page")
  .reduce("pages", (_, hit) => hit)

/** Remembers every span. */
const traced = <A, E>(
  test: (spans: ReadonlyArray<Tracer.NativeSpan>) => Effect.Effect<A, E, Scope.Scope>
): Promise<A> => {
  const spans: Array<Tracer.NativeSpan> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  return Effect.runPromise(Effect.withTracer(Effect.scoped(test(spans)), tracer))
}

const parentOf = ({ parent }: Tracer.NativeSpan): string | null =>
  Option.isSome(parent) && parent.value._tag === "Span" ? parent.value.name : null

it("T1 a checkpoint is a trace of its trigger, its subtasks, its entry in the log and its commits", () =>
  traced((spans) =>
    Effect.gen(function* () {
      const test = yield* TestPipeline.make(pages, { parallelism: 2 })
      yield* test.push(["a", "b", "c", "d"].map((page) => ({ page })))
      const id = yield* test.checkpoint
      const told = spans.map(({ attributes, name }) => {
        const subtask = attributes.get("tidemark.subtask")
        return subtask === undefined ? name : `${name} ${subtask}`
      })
      expect(told.toSorted()).toEqual([
        "tidemark.align pages#0",
        "tidemark.align pages#1",
        "tidemark.capture hits#0",
        "tidemark.capture hits#1",
        "tidemark.capture pages#0",
        "tidemark.capture pages#1",
        "tidemark.checkpoint",
        ...spans
          .filter(({ name }) => name === "tidemark.commit")
          .map(({ attributes }) => `tidemark.commit ${attributes.get("tidemark.subtask")}`)
          .toSorted(),
        "tidemark.finalize",
        "tidemark.trigger",
        "tidemark.write hits#0",
        "tidemark.write hits#1",
        "tidemark.write pages#0",
        "tidemark.write pages#1"
      ])
      expect(told.some((name) => name.startsWith("tidemark.commit"))).toBe(true)
      const root = spans.find(({ name }) => name === "tidemark.checkpoint")
      expect(Object.fromEntries(root?.attributes ?? [])).toEqual({
        "tidemark.job": "hits",
        "tidemark.checkpoint.id": id,
        "tidemark.checkpoint.kind": "checkpoint"
      })
      for (const span of spans) {
        expect(parentOf(span)).toBe(span === root ? null : "tidemark.checkpoint")
        expect(span.traceId).toBe(root?.traceId)
        expect(span.status).toMatchObject({ _tag: "Ended", exit: { _tag: "Success" } })
      }
    })
  ))

it("T1 the spans of a checkpoint that is invalidated end with its reason", () =>
  traced((spans) =>
    Effect.gen(function* () {
      const test = yield* TestPipeline.make(pages)
      yield* test.push([{ page: "a" }])
      test.failStorage({ operation: "createObject", reason: "denied", times: 2 })
      yield* Effect.flip(test.checkpoint)
      const root = spans.find(({ name }) => name === "tidemark.checkpoint")
      expect(root?.status).toMatchObject({ _tag: "Ended", exit: { _tag: "Failure" } })
      expect(String(root?.status._tag === "Ended" ? root.status.exit : "")).toContain("invalidated: ")
      for (const { status } of spans) expect(status._tag).toBe("Ended")
    })
  ))
