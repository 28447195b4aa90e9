import { describe, expect, it } from "@effect/vitest"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Job, Trigger } from "@tidemark/core"
import { readLog, StorageFailure } from "@tidemark/core/storage"
import { Deferred, Effect } from "effect"
import { countJob } from "../support/countJob.ts"
import { hookedStorage } from "../support/hookedStorage.ts"

const full = new StorageFailure({
  operation: "create object",
  path: "/objects",
  reason: "full",
  outcome: "none"
})

describe("the end of a job", () => {
  it.live(
    "leaves no object of a checkpoint that was given up while another subtask was still writing, until the very last commit",
    () =>
      Effect.gen(function* () {
        const memory = MemoryStorage.make()
        const isFinal = yield* Deferred.make<void>()
        const isHeld = yield* Deferred.make<void>()
        let held: string | null = null
        const storage = hookedStorage(memory, {
          createObject: (name, pass) => {
            // Not before the other subtask writes: what is given up earlier never writes at all.
            if (name.includes("c0000000003-counts-001"))
              return Effect.andThen(Deferred.await(isHeld), Effect.fail(full))
            if (held === null && name.includes("c0000000003-counts-000")) {
              held = name
              Deferred.doneUnsafe(isHeld, Effect.void)
            }
            return name === held ? Effect.andThen(Deferred.await(isFinal), pass) : pass
          }
        })
        const { job } = countJob({ storage })
        const report = yield* Job.run({
          ...job,
          checkpoint: { ...job.checkpoint, maxConcurrent: 1, trigger: Trigger.count(300) },
          inspect: (inspection) => {
            if (inspection._tag !== "Step") return
            const isOver = inspection.commands.some(
              (command) => command._tag === "NotifyCompleted" && "kind" in command && command.kind === "final"
            )
            if (isOver) Deferred.doneUnsafe(isFinal, Effect.void)
          }
        })
        expect(report.outcome).toBe("finished")
        expect(report.checkpoints.invalidated).toMatchObject({ storageFailed: 1 })
        expect(held).not.toBeNull()
        const reader = yield* memory.inspect("word-count")
        const { view } = yield* readLog(reader)
        const named = new Set(
          view.completed.flatMap(({ manifest }) =>
            manifest.tasks.flatMap((task) => task.subtasks.flatMap(({ object, shared = [] }) => [object, ...shared]))
          )
        )
        expect((yield* reader.listObjects).map(({ name }) => name).sort()).toEqual([...named].sort())
      })
  )
})
