import { describe } from "vitest"
import { checkpointScenarios } from "./scenarios/checkpoint.ts"
import { runAll } from "./support/Scenario.ts"

describe("checkpoint machine", () => runAll(checkpointScenarios))
