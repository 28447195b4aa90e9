import { Data } from "effect"

/** What a scenario of the test kit found wrong with its subject. */
export class ScenarioFailed extends Data.TaggedError("ScenarioFailed")<{
  readonly problem: string
  readonly cause?: unknown
}> {
  override get message(): string {
    return this.problem
  }
}
