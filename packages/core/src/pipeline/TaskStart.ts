/** Where the lines of a pipeline begin: at a source, or behind a side output. */
import type { AnySideOutput } from "../operator/SideOutput.ts"
import type { AnySchema, Graph } from "./Graph.ts"
import type { TaskInput } from "./PhysicalPlan.ts"
import type { PlanParts } from "./PlanParts.ts"

export interface TaskStart {
  readonly id: string
  readonly input: TaskInput
  readonly schema: AnySchema
  /** Sources of its records that assign no event time. */
  readonly untimed: ReadonlyArray<string>
}

export const atSource = ({ source: { source, uid } }: Graph): TaskStart => ({
  id: uid,
  input: { _tag: "Source", uid, source, outOfOrdernessMs: null, idleAfterMs: null },
  schema: source.schema,
  untimed: [uid]
})

export const atSide = (side: AnySideOutput, parts: PlanParts): TaskStart => {
  const emitters = parts.emittersOf(side)
  return {
    id: side.name,
    input: { _tag: "Exchange", from: emitters.map(({ task }) => task) },
    schema: side.schema,
    untimed: emitters.flatMap(({ untimed }) => untimed)
  }
}
