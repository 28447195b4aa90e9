/** Opens what a subtask writes to: the next task or a sink, and the tasks behind its side outputs. */
import { Effect, type Scope } from "effect"
import type { SinkSession } from "../connector/Sink.ts"
import type { SinkFailure } from "../model/errors.ts"
import type { TaskId } from "../model/ids.ts"
import { invariant } from "../model/invariant.ts"
import type { ChainOutput } from "../operator/ChainInstance.ts"
import type { TaskPlan } from "../pipeline/PhysicalPlan.ts"
import { ForkedOutput } from "./ForkedOutput.ts"
import { ExchangeOutput, SinkOutput, type TaskOutput } from "./Outputs.ts"
import type { SubtaskEnds } from "./Transport.ts"

/** The sinks of an attempt, opened, by uid. */
export type Sessions = ReadonlyMap<string, SinkSession<unknown>>

export interface OpenOutputs {
  /** All of them, for the task loop. */
  readonly output: TaskOutput
  /** Where the chain puts its records. */
  readonly main: TaskOutput
  /** Where its operators put those of side outputs, by tag. */
  readonly sides: ReadonlyMap<string, ChainOutput>
}

export const openOutputs = Effect.fnUntraced(function* (
  task: TaskPlan,
  index: number,
  { ends, sessions }: { readonly ends: SubtaskEnds; readonly sessions: Sessions }
): Effect.fn.Return<OpenOutputs, SinkFailure, Scope.Scope> {
  const { output } = task
  const main =
    output._tag === "Sink"
      ? new SinkOutput(yield* sessionOf(sessions, output.uid).writer(index))
      : exchangeTo(output.to, ends)
  const sides = task.sides.map((side) => ({
    tag: side.tag,
    output: side.output._tag === "Forward" ? exchangeTo(side.output.to, ends) : null
  }))
  const forks = sides.flatMap((side) => side.output ?? [])
  return {
    output: forks.length === 0 ? main : new ForkedOutput(main, forks),
    main,
    sides: new Map(sides.map((side) => [side.tag, side.output ?? ignored]))
  }
})

const exchangeTo = (task: TaskId, { outputs }: SubtaskEnds): ExchangeOutput => {
  const channels = outputs.get(task)
  invariant(channels !== undefined, "every exchange of the plan has channels", task)
  return new ExchangeOutput(channels)
}

const ignored: ChainOutput = { collect: () => {} }

export const sessionOf = (sessions: Sessions, uid: string): SinkSession<unknown> => {
  const session = sessions.get(uid)
  invariant(session !== undefined, "every sink of the plan is opened", uid)
  return session
}
