import { describe, it } from "@effect/vitest"
import { sinkScenarios } from "@tidemark/core/testing"
import { sinkSubjects } from "./sinkSubjects.ts"

for (const { make, name } of sinkSubjects) {
  describe(`a two-phase sink: ${name}`, () => {
    for (const scenario of sinkScenarios) it.live(scenario.name, () => scenario.run(make()))
  })
}
