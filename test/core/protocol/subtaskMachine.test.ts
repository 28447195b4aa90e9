import { describe } from "vitest"
import { subtaskScenarios } from "./scenarios/subtask.ts"
import { subtaskTrackingScenarios } from "./scenarios/subtaskTracking.ts"
import { runAll } from "./support/Scenario.ts"

describe("subtask machine", () => runAll([...subtaskScenarios, ...subtaskTrackingScenarios]))
