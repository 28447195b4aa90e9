import { describe } from "vitest"
import { coordinatorScenarios } from "./scenarios/coordinator.ts"
import { runAll } from "./support/Scenario.ts"

describe("coordinator machine", () => runAll(coordinatorScenarios))
