/**
 * Finds out what becomes of a mutant: killed, equivalent, or alive.
 *
 * Most mutants do harm wherever one looks: so first a short dive into every configuration in which some step differs, then
 * whole searches, the cheapest first, then the large configurations, in full only if the mutant may still be equivalent.
 */
import { type CheckOptions, check, type Report } from "../../../packages/checker/src/index.ts"
import { makeCommandLog } from "./commandLog.ts"
import type { Fate } from "./Fate.ts"
import { graphDigest } from "./graphDigest.ts"
import { type Preparation, type Prepared, statesMaxOf } from "./prepare.ts"
import type { Candidate, Model } from "./Subject.ts"
import { type Difference, differenceIn } from "./steps.ts"

const diveStates = 3_000
/** Configurations with more states are explored to the end only to show that a mutant is equivalent. */
const largeStates = 75_000

interface Trial<Machines> {
  readonly prepared: Prepared<Machines>
  readonly model: Model
}

export const runMutant = <Machines>(
  candidate: Candidate<Machines>,
  { subject, configurations }: Pick<Preparation<Machines>, "subject" | "configurations">
): Fate => {
  const machines = candidate.change(subject.machines)
  const log = makeCommandLog(subject)
  const heard = log.hear(machines)
  const differenceOf = ({ configuration, taken }: Prepared<Machines>): Difference =>
    differenceIn(taken.reaching(candidate.places), configuration.model(heard).system, log.take)
  // A mistake outside of the machines shows in a search only.
  const isMechanical = candidate.places !== null
  const differences = configurations.map((prepared) => ({
    prepared,
    difference: isMechanical ? differenceOf(prepared) : "steps"
  }))
  const differing = differences
    .filter(({ difference }) => difference === "steps")
    .map(({ prepared }): Trial<Machines> => ({ prepared, model: prepared.configuration.model(machines) }))
  const unheardIn = differences
    .filter(({ difference }) => difference === "commands")
    .map(({ prepared }) => prepared.configuration.name)
  const isReached = configurations.some(({ taken }) => taken.reaching(candidate.places).length > 0)
  const same: Fate =
    unheardIn.length > 0
      ? { _tag: "Survived", differsIn: unheardIn, unboundedIn: [] }
      : { _tag: "Equivalent", by: isReached ? (differing.length === 0 ? "steps" : "graph") : "unreached" }
  if (differing.length === 0) return same
  const killed = isMechanical ? firstOf(differing, (trial) => dived(trial, diveStates)) : null
  return killed ?? searched(differing, same)
}

/** `same` is its fate if all graphs are those of the original. */
const searched = <Machines>(differing: ReadonlyArray<Trial<Machines>>, same: Fate): Fate => {
  const isLarge = ({ prepared }: Trial<Machines>): boolean => prepared.states > largeStates
  const [large, small] = [differing.filter(isLarge), differing.filter((trial) => !isLarge(trial))]
  const unbounded = new Set<string>()
  const whole = (trial: Trial<Machines>): Fate | null => {
    const { fate, isComplete } = explored(trial, { statesMax: statesMaxOf(trial.prepared) })
    if (!isComplete) unbounded.add(nameOf(trial))
    return fate
  }
  const inSmall = firstOf(small, whole)
  if (inSmall !== null) return inSmall
  const isAlike = unbounded.size === 0 && small.every(hasSameGraph)
  const inLarge = firstOf(large, isAlike ? whole : (trial) => dived(trial, largeStates))
  if (inLarge !== null) return inLarge
  if (isAlike && unbounded.size === 0 && large.every(hasSameGraph)) return same
  if (!isAlike) for (const trial of large) unbounded.add(nameOf(trial))
  return { _tag: "Survived", differsIn: differing.map(nameOf), unboundedIn: [...unbounded] }
}

const nameOf = <Machines>({ prepared }: Trial<Machines>): string => prepared.configuration.name

const firstOf = <Machines>(
  trials: ReadonlyArray<Trial<Machines>>,
  look: (trial: Trial<Machines>) => Fate | null
): Fate | null => {
  for (const trial of trials) {
    const fate = look(trial)
    if (fate !== null) return fate
  }
  return null
}

const hasSameGraph = <Machines>({ prepared, model }: Trial<Machines>): boolean =>
  prepared.digest() === graphDigest(model.system, statesMaxOf(prepared))

/** Looks at some states deep inside; what happens in the end is not asked. */
const dived = <Machines>({ prepared, model }: Trial<Machines>, statesMax: number): Fate | null => {
  const properties = model.properties.filter(({ _tag }) => _tag !== "LeadsTo")
  const options: CheckOptions = { strategy: "depth-first", statesMax }
  return explored({ prepared, model: { ...model, properties } }, options).fate
}

const explored = <Machines>(
  { model: { system, properties }, prepared }: Trial<Machines>,
  options: CheckOptions
): { readonly fate: Fate | null; readonly isComplete: boolean } => {
  const isShortest = options.strategy !== "depth-first"
  const killed = (property: string, states: number, length: number | null): Fate => ({
    ...{ _tag: "Killed", property, states, length, isShortest },
    configuration: prepared.configuration.name
  })
  let report: Report
  try {
    report = check(system, properties, { ...options, symmetry: false, recheckEvery: 0 })
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause)
    return { fate: killed(`the model can be explored (${problem})`, 0, null), isComplete: true }
  }
  const { violations, states, isComplete, witnesses } = report
  const [violation] = violations
  if (violation !== undefined) {
    return { fate: killed(violation.property, states, violation.trace.steps.length), isComplete }
  }
  const unseen = isComplete ? [...prepared.witnessed].find((name) => witnesses[name] === undefined) : undefined
  return { fate: unseen === undefined ? null : killed(`sometimes: ${unseen}`, states, null), isComplete }
}
