import { describe } from "vitest"
import { coordinatorScenarios } from "./scenarios/coordinator.ts"
import { coordinatorSavepointScenarios } from "./scenarios/coordinatorSavepoints.ts"
import { coordinatorTriggerScenarios } from "./scenarios/coordinatorTriggers.ts"
import { runAll } from "./support/Scenario.ts"

describe("coordinator machine", () =>
  runAll([...coordinatorScenarios, ...coordinatorTriggerScenarios, ...coordinatorSavepointScenarios]))
