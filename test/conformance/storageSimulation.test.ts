/** Random lives of a job on a device that fails in every way, with the power going at random; checked by a model. */
import { assert, describe, it } from "@effect/vitest"
import { FileStorage } from "@tidemark/backends/file"
import type { JobStorage } from "@tidemark/core/storage"
import { Fault, FaultPlan, type PowerLoss, SimulatedFiles } from "@tidemark/core/testing"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import fc from "fast-check"
import {
  answersTakenUnsynced,
  copiesInsteadOfLinks,
  type Mutation,
  removesEntriesUnsynced,
  renamesInsteadOfLinks,
  syncsTooEarly,
  withoutSync,
  withoutSyncDirectory
} from "./brokenFiles.ts"
import { interleaved } from "./interleaved.ts"
import { holder, utf8 } from "./storageSubjects.ts"

/** What may be read of a name: `present` was answered as durable, `absent` too, `open` may be either. */
type Knowledge = "present" | "absent" | "open"

type Step = { readonly kind: "create" | "append" | "retire" | "release"; readonly writers: number }

interface Life {
  readonly steps: ReadonlyArray<Step>
  readonly faults: FaultPlan
  readonly loss: PowerLoss | null
}

const loss: fc.Arbitrary<PowerLoss> = fc.oneof(
  fc.constantFrom<PowerLoss>("lose-all", "keep-all", "lose-data", "lose-names"),
  fc.nat().map((seed) => ({ seed }))
)

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.constantFrom(
    Fault.fail("full"),
    Fault.fail("io"),
    Fault.failAfter("io"),
    Fault.failThenLand("timeout"),
    Fault.torn(0.4, "full")
  ),
  fc.tuple(fc.constantFrom<"before" | "during">("before", "during"), loss).map((cut) => Fault.powerLoss(...cut))
)

const plan = fc
  .array(fc.record({ nth: fc.integer({ min: 1, max: 80 }), fault }), { maxLength: 4 })
  .map((faults) => FaultPlan.all(faults.map(({ nth, fault: met }) => FaultPlan.at(nth, met))))

const life: fc.Arbitrary<Life> = fc.record({
  steps: fc.array(
    fc.record({
      kind: fc.constantFrom<Step["kind"]>("create", "append", "append", "retire", "release"),
      writers: fc.integer({ min: 1, max: 3 })
    }),
    { minLength: 1, maxLength: 8 }
  ),
  faults: plan,
  loss: fc.option(loss)
})

/** A job's store as those who were answered may believe it to be. */
class Model {
  readonly known = new Map<string | number, Knowledge>()
  readonly written = new Map<string | number, Set<string>>()
  /** Slots where an append of unknown outcome may still land: rule 2, they are not deleted. */
  readonly inFlight = new Set<string | number>()
  #count = 0

  slots(): ReadonlyArray<number> {
    return [...this.known.keys()].filter((at) => typeof at === "number").sort((a, b) => a - b)
  }

  fresh(): string {
    return `content ${++this.#count} `.repeat(20)
  }

  ask(at: string | number, content: string): void {
    const contents = this.written.get(at) ?? new Set()
    this.written.set(at, contents.add(content))
    if (this.known.get(at) !== "present") this.known.set(at, "open")
  }

  check(at: string | number, found: string | null): void {
    const known = this.known.get(at)
    if (found === null) assert.notStrictEqual(known, "present", `${at} was answered and is gone`)
    else {
      assert.notStrictEqual(known, "absent", `${at} was removed and is back`)
      assert.isTrue(this.written.get(at)?.has(found), `${at} holds what nobody wrote: ${found.length} characters`)
    }
  }
}

const verify = Effect.fnUntraced(function* (job: JobStorage, model: Model) {
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
  const found = new Map<string | number, string>()
  for (const { name } of yield* job.listObjects) found.set(name, decode(yield* job.readObject(name)))
  for (const slot of yield* job.listEntries) found.set(slot, decode(yield* job.readEntry(slot)))
  for (const at of new Set([...found.keys(), ...model.known.keys()])) model.check(at, found.get(at) ?? null)
})

const create = (job: JobStorage, model: Model, term: number) => (step: number) => {
  const name = `${term}/${step}/state`
  const content = model.fresh()
  model.ask(name, content)
  return Effect.map(job.createObject(name, utf8(content)), () => model.known.set(name, "present"))
}

/** Several writers want the same slot: one is told appended, its bytes stand. */
const append = Effect.fnUntraced(function* (job: JobStorage, model: Model, writers: number) {
  const slot = (model.slots().at(-1) ?? 0) + 1
  const contents = Array.from({ length: writers }, () => model.fresh())
  for (const content of contents) model.ask(slot, content)
  const answers = yield* Effect.forEach(contents, (content) => Effect.result(job.appendEntry(slot, utf8(content))), {
    concurrency: "unbounded"
  })
  const won = answers.filter((answer) => Result.isSuccess(answer) && answer.success === "appended")
  assert.isAtMost(won.length, 1)
  if (answers.some(Result.isSuccess)) model.known.set(slot, "present")
  if (answers.some((answer) => Result.isFailure(answer) && answer.failure.outcome === "unknown")) {
    model.inFlight.add(slot)
  }
  for (const [index, answer] of answers.entries()) {
    const content = contents[index] ?? ""
    if (Result.isSuccess(answer) && answer.success === "appended") model.written.set(slot, new Set([content]))
  }
})

const run = Effect.fnUntraced(function* (job: JobStorage, model: Model, term: number, steps: ReadonlyArray<Step>) {
  for (const [index, { kind, writers }] of steps.entries()) {
    if (kind === "create") yield* Effect.result(create(job, model, term)(index))
    if (kind === "append") yield* append(job, model, writers)
    if (kind === "retire") {
      const slot = model.slots().find((at) => model.known.get(at) !== "absent" && !model.inFlight.has(at))
      if (slot === undefined) continue
      model.known.set(slot, "open")
      const answer = yield* Effect.result(job.deleteEntry(slot))
      if (Result.isSuccess(answer)) model.known.set(slot, "absent")
    }
    if (kind === "release") {
      const name = [...model.known.keys()].find((at) => typeof at === "string")
      if (name === undefined) continue
      model.known.set(name, "open")
      yield* Effect.result(job.deleteObject(name))
    }
  }
})

const simulate = Effect.fnUntraced(function* (lives: ReadonlyArray<Life>, mutation: Mutation) {
  const disk = SimulatedFiles.make()
  const model = new Model()
  const open = Effect.suspend(() =>
    FileStorage.at("checkpoints", { files: mutation(interleaved(disk.files)) }).open("job", holder)
  )
  for (const [term, { steps, faults, loss: lost }] of lives.entries()) {
    const job = yield* open
    disk.inject(faults)
    const boot = disk.powerLosses
    // A process that has lost power ends by a defect; any other defect is a finding.
    const exit = yield* Effect.exit(run(job, model, term, steps))
    if (disk.powerLosses === boot) {
      yield* exit
      disk.inject(FaultPlan.none)
      disk.release()
      if (lost !== null) disk.powerLoss(lost)
    }
    yield* Effect.flatMap(open, (next) => verify(next, model))
  }
})

const survives = (mutation: Mutation) =>
  fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 4 }), (lives) =>
    Effect.runPromise(Effect.scoped(simulate(lives, mutation)))
  )

describe("the file backend", () => {
  it("keeps what it has answered through random faults and power losses, with several writers at one slot", () =>
    fc.assert(
      survives((files) => files),
      { numRuns: 300 }
    ))
})

describe("the simulation catches a backend that", () => {
  const mutations: Readonly<Record<string, Mutation>> = {
    "does not sync files": withoutSync,
    "does not sync directories": withoutSyncDirectory,
    "syncs the directory before the name is there": syncsTooEarly,
    "publishes by rename": renamesInsteadOfLinks,
    "copies to the final name": copiesInsteadOfLinks,
    "does not sync the removal of an entry": removesEntriesUnsynced,
    "answers taken for a name that is not durable": answersTakenUnsynced
  }
  for (const [name, mutation] of Object.entries(mutations)) {
    it(name, async () => {
      const verdict = await fc.check(survives(mutation), { numRuns: 2000, seed: 7, endOnFailure: true })
      assert.isTrue(verdict.failed, "not caught")
      assert.match(String(verdict.errorInstance), /was answered and is gone|holds what nobody wrote|is back|at most/)
    })
  }
})
