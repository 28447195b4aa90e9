/** The tasks that the lines of a pipeline compile into, and what side outputs join them to. */
import type { TaskId } from "../model/ids.ts"
import type { AnySideOutput } from "../operator/SideOutput.ts"
import { type Pipeline, type SideEnd, sideEndsOf, sourcesOf } from "./Graph.ts"
import type { SidePlan, TaskPlan } from "./PhysicalPlan.ts"

export class PlanParts {
  readonly problems: Array<string> = []
  readonly hasManySources: boolean
  readonly #tasks: Array<TaskPlan> = []
  readonly #ends: ReadonlyMap<string, SideEnd>
  readonly #emitters = new Map<string, Array<Emitter>>()

  constructor(pipeline: Pipeline) {
    this.hasManySources = sourcesOf(pipeline).length > 1
    this.#ends = new Map(sideEndsOf(pipeline).map((end) => [end.side.name, end]))
  }

  /** Lines are added before those that read from them: so the order is topological. */
  add(task: Omit<TaskPlan, "fused" | "sides">, untimed: ReadonlyArray<string>): void {
    const tags = [...new Set(task.steps.flatMap(({ sides }) => sides ?? []))]
    this.#tasks.push({ ...task, fused: [], sides: tags.map((tag) => this.#sidePlan(tag)) })
    for (const tag of tags) {
      this.#emitters.set(tag, [...(this.#emitters.get(tag) ?? []), { task: task.id, untimed }])
    }
  }

  /** The tasks that emit to a side output, as far as they have been added. */
  emittersOf({ name }: AnySideOutput): ReadonlyArray<Emitter> {
    return this.#emitters.get(name) ?? []
  }

  /** In topological order, sources first. */
  get tasks(): ReadonlyArray<TaskPlan> {
    const isSource = ({ input }: TaskPlan): boolean => input._tag === "Source"
    return [...this.#tasks.filter(isSource), ...this.#tasks.filter((task) => !isSource(task))]
  }

  #sidePlan(tag: string): SidePlan {
    const end = this.#ends.get(tag)
    return end === undefined || end.next === null || !("sink" in end.next)
      ? { tag, output: { _tag: "Ignored" } }
      : { tag, output: { _tag: "Forward", to: tag, record: end.side.schema } }
  }
}

export interface Emitter {
  readonly task: TaskId
  /** The sources of its records that assign no event time. */
  readonly untimed: ReadonlyArray<string>
}
