import { describe } from "vitest"
import { jobScenarios } from "./scenarios/job.ts"
import { runAll } from "./support/Scenario.ts"

describe("job machine", () => runAll(jobScenarios))
