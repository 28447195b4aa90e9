/** Finds out what becomes of a mutant: killed, equivalent, or alive. */
import type { AnyStateMachine } from "xstate"
import { check, type Report } from "../../../packages/checker/src/index.ts"
import { graphDigest } from "./graphDigest.ts"
import { type Preparation, type Prepared, statesMaxOf } from "./prepare.ts"
import type { Candidate, Model } from "./Subject.ts"
import { differs } from "./steps.ts"

export type Fate =
  | {
      readonly _tag: "Killed"
      readonly property: string
      readonly configuration: string
      /** States of the mutant that were looked at until then. */
      readonly states: number
      /** Steps of the counterexample; null if it is that something is never seen. */
      readonly length: number | null
    }
  | {
      readonly _tag: "Equivalent"
      /**
       * `unreached`: no configuration reaches what was changed. `steps`: every step is taken as by the original. `graph`:
       * some commands differ that change nothing anywhere.
       */
      readonly by: "unreached" | "steps" | "graph"
    }
  | {
      readonly _tag: "Survived"
      readonly differsIn: ReadonlyArray<string>
      /** Configurations in which it has too many states to be explored to the end. */
      readonly unboundedIn: ReadonlyArray<string>
    }

export const runMutant = <Machines>(
  candidate: Candidate<Machines>,
  { subject, configurations }: Pick<Preparation<Machines>, "subject" | "configurations">
): Fate => {
  const machines = candidate.change(subject.machines)
  const differing: Array<{
    readonly prepared: Prepared<Machines>
    readonly model: Model
    readonly isComplete: boolean
  }> = []
  for (const prepared of configurations) {
    const model = prepared.configuration.model(machines)
    if (!mayDiffer(candidate, prepared, model)) continue
    const { fate, isComplete } = searched(model, prepared)
    if (fate !== null) return fate
    differing.push({ prepared, model, isComplete })
  }
  if (differing.length === 0) {
    const isReached = configurations.some(({ taken }) => taken.reaching(candidate.places).length > 0)
    return { _tag: "Equivalent", by: isReached ? "steps" : "unreached" }
  }
  const isSameGraph = differing.every(
    ({ prepared, model, isComplete }) =>
      isComplete && prepared.digest() === graphDigest(model.system, statesMaxOf(prepared))
  )
  if (isSameGraph) return { _tag: "Equivalent", by: "graph" }
  return {
    _tag: "Survived",
    differsIn: differing.map(({ prepared }) => prepared.configuration.name),
    unboundedIn: differing.flatMap(({ prepared, isComplete }) => (isComplete ? [] : [prepared.configuration.name]))
  }
}

/** A mistake outside of the machines shows in a search only. */
const mayDiffer = <Machines>({ places }: Candidate<Machines>, { taken }: Prepared<Machines>, model: Model): boolean =>
  places === null || differs(taken.reaching(places), model.system, machinesOf(model))

const machinesOf = ({ system }: Model): ReadonlyArray<AnyStateMachine> =>
  system.components.flatMap(({ machines }) => machines ?? [])

const searched = <Machines>(
  { system, properties }: Model,
  prepared: Prepared<Machines>
): { readonly fate: Fate | null; readonly isComplete: boolean } => {
  const killed = (property: string, states: number, length: number | null): Fate => ({
    _tag: "Killed",
    property,
    configuration: prepared.configuration.name,
    states,
    length
  })
  let report: Report
  try {
    report = check(system, properties, { symmetry: false, recheckEvery: 0, statesMax: statesMaxOf(prepared) })
  } catch (cause) {
    return { fate: killed(`the model can be explored (${messageOf(cause)})`, 0, null), isComplete: false }
  }
  const { violations, states, isComplete, witnesses } = report
  const [violation] = violations
  if (violation !== undefined) {
    return { fate: killed(violation.property, states, violation.trace.steps.length), isComplete }
  }
  const unseen = isComplete ? [...prepared.witnessed].find((name) => witnesses[name] === undefined) : undefined
  return { fate: unseen === undefined ? null : killed(`sometimes: ${unseen}`, states, null), isComplete }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
