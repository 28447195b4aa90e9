/** The tasks of a plan as lines from left to right, for plans that are more than one line. */
import type { PhysicalPlan, TaskPlan } from "./PhysicalPlan.ts"

/** Null for a plan that is one line anyway. */
export const explainGraph = (plan: PhysicalPlan): string | null => {
  const sources = plan.tasks.filter(({ input }) => input._tag === "Source")
  const forks = plan.tasks.flatMap((task) => task.sides.map((side) => ({ task, side })))
  if (sources.length < 2 && forks.length === 0) return null
  const drawn = new Set<string>()
  const lines = [
    ...sources.map((source) => pathFrom(plan, source, drawn)),
    ...forks.map(({ side, task }) => {
      const from = `${task.id} | side output ${side.tag}`
      if (side.output._tag === "Ignored") return `${from}, ignored`
      const { to } = side.output
      if (drawn.has(to)) return `${from} -> ${to}`
      const next = plan.tasks.find(({ id }) => id === to)
      return next === undefined ? from : `${from} -> ${pathFrom(plan, next, drawn)}`
    })
  ]
  return ["graph", ...lines.map((line) => `  ${line}`)].join("\n")
}

/** Follows a task's outputs to a sink, or to what another line has shown. */
const pathFrom = ({ tasks }: PhysicalPlan, first: TaskPlan, drawn: Set<string>): string => {
  const names: Array<string> = []
  let task: TaskPlan | undefined = first
  while (task !== undefined) {
    const { id, output }: TaskPlan = task
    names.push(id)
    if (drawn.has(id)) break
    drawn.add(id)
    if (output._tag === "Sink") names.push(output.uid)
    task = output._tag === "Sink" ? undefined : tasks.find((next) => next.id === output.to)
  }
  return names.join(" -> ")
}
