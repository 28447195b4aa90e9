/** Every transition of every machine is taken by a scenario that asserts what it does. */
import { describe, expect, it } from "vitest"
import { createMachine } from "xstate"
import { recordTransitions } from "../../../packages/checker/src/coverage/recordTransitions.ts"
import { machines, makeStepper } from "../../../packages/core/src/protocol/index.ts"
import { checkpointScenarios } from "./scenarios/checkpoint.ts"
import { committerScenarios } from "./scenarios/committer.ts"
import { coordinatorScenarios } from "./scenarios/coordinator.ts"
import { coordinatorSavepointScenarios } from "./scenarios/coordinatorSavepoints.ts"
import { coordinatorTriggerScenarios } from "./scenarios/coordinatorTriggers.ts"
import { jobScenarios } from "./scenarios/job.ts"
import { jobRestartScenarios } from "./scenarios/jobRestarts.ts"
import { jobStopScenarios } from "./scenarios/jobStops.ts"
import { subtaskScenarios } from "./scenarios/subtask.ts"
import { subtaskTrackingScenarios } from "./scenarios/subtaskTracking.ts"

const scenarios = {
  job: [...jobScenarios, ...jobRestartScenarios, ...jobStopScenarios],
  coordinator: [...coordinatorScenarios, ...coordinatorTriggerScenarios, ...coordinatorSavepointScenarios],
  checkpoint: checkpointScenarios,
  subtask: [...subtaskScenarios, ...subtaskTrackingScenarios],
  committer: committerScenarios
}

describe("transition coverage", () => {
  const recorded = {
    job: recordTransitions([machines.job]),
    coordinator: recordTransitions([machines.coordinator]),
    checkpoint: recordTransitions([machines.checkpoint]),
    subtask: recordTransitions([machines.subtask]),
    committer: recordTransitions([machines.committer])
  }

  for (const name of ["job", "coordinator", "checkpoint", "subtask", "committer"] as const) {
    it(`${name}: its scenarios take every transition`, () => {
      for (const { run } of scenarios[name]) run()
      expect(recorded[name].counts.size).toBeGreaterThan(4)
      expect(recorded[name].coverage().untaken).toEqual([])
    })
  }

  it("a transition that nobody takes is named", () => {
    const door = createMachine({
      id: "door",
      initial: "shut",
      states: { shut: { on: { push: "open", pull: [{ guard: "isFree", target: "open" }, {}] } }, open: {} }
    }).provide({ guards: { isFree: () => false } })
    const { counts, coverage } = recordTransitions([door])
    const { step, initial } = makeStepper(door)
    step(initial(undefined)[0], { type: "pull" })
    expect(counts).toEqual(
      new Map([
        ["door shut push #0 [] -> open", 0],
        ["door shut pull #0 [isFree] -> open", 0],
        ["door shut pull #1 [] -> (stays)", 1]
      ])
    )
    expect(coverage().untaken).toHaveLength(2)
  })
})
