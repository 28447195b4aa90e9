/**
 * Compiles a pipeline to a physical plan: cuts its lines into tasks at every `keyBy` and union, derives the schemas of
 * records and keys, and checks everything that the types cannot.
 *
 * Pure: the same pipeline gives an equal plan. Fails: `PipelineInvalid` with all problems, not just the first.
 */
import { Result } from "effect"
import { PipelineInvalid } from "../model/errors.ts"
import { needsGroups } from "../operator/OperatorStep.ts"
import type { AnySideOutput } from "../operator/SideOutput.ts"
import { type Pipeline, sideEndsOf } from "./Graph.ts"
import { LineCompiler } from "./LineCompiler.ts"
import { nameProblems } from "./nameProblems.ts"
import type { PhysicalPlan, TaskPlan } from "./PhysicalPlan.ts"
import { PlanParts } from "./PlanParts.ts"
import { declaredIn, sideProblems } from "./sideProblems.ts"
import { atSide, atSource } from "./TaskStart.ts"

export const compilePipeline = (pipeline: Pipeline): Result.Result<PhysicalPlan, PipelineInvalid> => {
  const parts = new PlanParts(pipeline)
  new LineCompiler(pipeline, { parts, prefix: "", start: atSource(pipeline) }).endIn(pipeline)
  compileSides(pipeline, parts)
  const problems = [...nameProblems(pipeline), ...parts.problems, ...sideProblems(pipeline)]
  return problems.length > 0
    ? Result.fail(new PipelineInvalid({ pipeline: pipeline.name, problems }))
    : Result.succeed({ pipeline: pipeline.name, tasks: parts.tasks.map(withGroupNeeds) })
}

/** The lines behind side outputs, each when all that emit to it are known. */
const compileSides = (pipeline: Pipeline, parts: PlanParts): void => {
  let waiting = sideEndsOf(pipeline).flatMap(({ side, next }) =>
    next !== null && "sink" in next ? [{ side, line: next, declares: declaredIn(next) }] : []
  )
  while (waiting.length > 0) {
    const isOpen = (side: AnySideOutput): boolean =>
      waiting.some(({ declares }) => declares.some((declared) => declared.side.name === side.name))
    const ready = waiting.filter(({ side }) => !isOpen(side))
    if (ready.length === 0) {
      const names = waiting.map(({ side }) => `"${side.name}"`).join(", ")
      parts.problems.push(`What follows side output ${names} emits to it again; use another side output there.`)
      return
    }
    for (const { line, side } of ready) {
      new LineCompiler(line, { parts, prefix: `${side.name}/`, start: atSide(side, parts) }).endIn(line)
    }
    waiting = waiting.filter((end) => !ready.includes(end))
  }
}

/** Only when all tasks are known can an exchange be told what stands behind it. */
const withGroupNeeds = (task: TaskPlan, _index: number, tasks: ReadonlyArray<TaskPlan>): TaskPlan => {
  const { output } = task
  if (output._tag !== "Exchange") return task
  const target = tasks.find(({ id }) => id === output.to)
  return { ...task, output: { ...output, needsGroups: target === undefined || needsGroups(target.steps) } }
}
