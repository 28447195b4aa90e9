import { describe } from "vitest"
import { jobScenarios } from "./scenarios/job.ts"
import { jobRestartScenarios } from "./scenarios/jobRestarts.ts"
import { jobStopScenarios } from "./scenarios/jobStops.ts"
import { runAll } from "./support/Scenario.ts"

describe("job machine", () => runAll([...jobScenarios, ...jobRestartScenarios, ...jobStopScenarios]))
