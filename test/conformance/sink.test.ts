import { sinkScenarios } from "./sinkScenarios.ts"
import { sinkSubjects } from "./sinkSubjects.ts"

for (const subject of sinkSubjects) sinkScenarios(subject)
