/** Mistakes about savepoints, stops with one, drains and restores by name: design mutants, see design.ts. */
import { assign } from "xstate"
import { rewriteCommands } from "../../packages/checker/src/mutation/index.ts"
import { type Completed, type CoordinatorStep, complete } from "../../packages/core/src/protocol/coordinatorContext.ts"
import { including } from "../../packages/core/src/protocol/sorted.ts"
import { type DesignedMutant, machine, protocolCommands, runtime } from "./DesignedMutant.ts"

type Steps = ReadonlyArray<CoordinatorStep>

const isSteps = (commands: ReadonlyArray<unknown>): commands is Steps =>
  commands.every((command) => protocolCommands.nameOf(command) !== "?")

/** A coordinator whose commands are changed. */
const commanding = (change: (steps: Steps, context: Readonly<Record<string, unknown>>) => Steps) =>
  machine("coordinator", (coordinator) =>
    rewriteCommands(coordinator, protocolCommands, (commands, _, { context }) =>
      isSteps(commands) ? change(commands, context) : commands
    )
  )

const newestOf = (ids: unknown): number | null => {
  const newest: unknown = Array.isArray(ids) ? ids.at(-1) : undefined
  return typeof newest === "number" ? newest : null
}

const basesSavepoints = commanding((steps, { retained }) =>
  steps.map((step) =>
    step._tag === "StartParts"
      ? {
          ...step,
          parts: step.parts.map(({ key, input }) => {
            const isSavepoint = !input.isRecorded && input.barrier.kind === "savepoint"
            return isSavepoint
              ? { key, input: { ...input, barrier: { ...input.barrier, base: newestOf(retained) } } }
              : { key, input }
          })
        }
      : step
  )
)

const subsumesSavepoints = commanding((steps, { savepoints }) =>
  steps.map((step) =>
    step._tag === "ToParts" && step.event.type === "checkpoint.subsume" && Array.isArray(savepoints)
      ? { ...step, keys: [...step.keys, ...savepoints] }
      : step
  )
)

const retainsSavepoints = machine("coordinator", (coordinator) =>
  coordinator.provide({
    actions: {
      complete: assign(({ context }, what: Completed) => ({
        ...complete(context, what),
        retained: including(context.retained, what.id)
      }))
    }
  })
)

const drainsNothing = machine("coordinator", (coordinator) => coordinator.provide({ guards: { isDrain: () => false } }))

const countsSavepoints = machine("coordinator", (coordinator) =>
  coordinator.provide({
    actions: {
      complete: assign(({ context }, what: Completed) => ({
        ...complete(context, what),
        failures: 0,
        isPauseOver: false
      }))
    }
  })
)

const ignoresRefusals = machine("job", (job) => job.provide({ guards: { isPlain: () => true } }))

export const savepointMutants: ReadonlyArray<DesignedMutant> = [
  {
    name: "M41 a savepoint is written as a delta",
    anchor: "FLINK-25872: a savepoint in the native format that is not self-contained",
    killedBy: ["S29", "A1"],
    lengthMax: 60,
    change: basesSavepoints
  },
  {
    name: "M42 a newer checkpoint subsumes a savepoint",
    anchor: "Flink testSavepointsAreNotSubsumed",
    killedBy: ["S33"],
    lengthMax: 60,
    change: subsumesSavepoints
  },
  {
    name: "M43 a savepoint counts among the checkpoints that are retained",
    anchor: "FLINK-10354: savepoints in the store of completed checkpoints",
    killedBy: ["A1", "A3", "S28", "S29"],
    lengthMax: 60,
    change: retainsSavepoints
  },
  {
    name: "M44 a savepoint is told to the sinks, which commit",
    anchor: "FLINK-23191: side effects of intermediate savepoints",
    killedBy: ["S31"],
    lengthMax: 60,
    change: runtime("savepointCommits")
  },
  {
    name: "M45 a drain takes its last checkpoint before the data has ended",
    anchor: "FLINK-21132, the other way round: the end of data and the end of the job come apart",
    killedBy: ["S32", "A4", "A6", "A13"],
    lengthMax: 60,
    change: drainsNothing
  },
  {
    name: "M46 a savepoint makes failures good, and begins a pause",
    anchor: "savepoints in the counter of tolerated failures",
    killedBy: ["A5", "A14"],
    lengthMax: 60,
    change: countsSavepoints
  },
  {
    name: "M47 a stop with a savepoint ends a job that cannot take one",
    anchor: "a stop that promises a savepoint and leaves none",
    killedBy: ["A16"],
    lengthMax: 40,
    change: ignoresRefusals
  },
  {
    name: "M48 the next claim does not know the savepoints of the log",
    anchor: "a manifest in flight that nobody settles",
    killedBy: ["S12"],
    lengthMax: 60,
    change: runtime("keptIsForgotten")
  },
  {
    name: "M49 the claim does not say that the user has named what it restores",
    anchor: "FLINK-25191: who owns a restored savepoint",
    killedBy: ["S9", "S30"],
    lengthMax: 80,
    change: runtime("restoreForgetsMode")
  },
  {
    name: "M50 a drained job reads on when it is resumed",
    anchor: "FLIP-147: what is restored as finished runs again",
    killedBy: ["S32"],
    lengthMax: 80,
    change: runtime("drainIsForgotten")
  },
  {
    name: "M51 a recovery rolls back what a savepoint holds",
    anchor: "Kafka transactions of a savepoint that are aborted before it is restored",
    killedBy: ["S18"],
    lengthMax: 100,
    change: runtime("rollbackForgetsSavepoints")
  }
]
