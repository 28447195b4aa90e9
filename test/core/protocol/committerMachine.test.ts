import { describe } from "vitest"
import { committerScenarios } from "./scenarios/committer.ts"
import { runAll } from "./support/Scenario.ts"

describe("committer machine", () => runAll(committerScenarios))
