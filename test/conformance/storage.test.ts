import { describe, it } from "@effect/vitest"
import { backendScenarios } from "@tidemark/core/testing"
import * as Effect from "effect/Effect"
import { storageSubjects } from "./storageSubjects.ts"

for (const subject of storageSubjects) {
  describe(`the ${subject.name} backend`, () => {
    for (const scenario of backendScenarios) {
      it.live(scenario.name, () => Effect.flatMap(subject.make, scenario.run))
    }
  })
}
