/** Explores the original in every configuration, and remembers what mutants are compared with. */

import type { AnyStateMachine } from "xstate"
import { check } from "../../../packages/checker/src/index.ts"
import type { MutantsOptions } from "../../../packages/checker/src/mutation/index.ts"
import { type Observed, observe, placeName } from "../../../packages/checker/src/mutation/index.ts"
import { makeCommandLog } from "./commandLog.ts"
import { graphDigest } from "./graphDigest.ts"
import { pairOperator } from "./Result.ts"
import type { Candidate, Configuration, Subject } from "./Subject.ts"
import { makeTakenSteps, recorded, type TakenSteps, type Watching } from "./steps.ts"

export interface Prepared<Machines> {
  readonly configuration: Configuration<Machines>
  readonly states: number
  readonly taken: TakenSteps
  readonly witnessed: ReadonlySet<string>
  /** Of the original's graph; computed when it is asked for. */
  readonly digest: () => string | null
}

export interface Preparation<Machines> {
  readonly subject: Subject<Machines>
  /** Cheapest first. */
  readonly configurations: ReadonlyArray<Prepared<Machines>>
  readonly candidates: ReadonlyArray<Candidate<Machines>>
}

export const prepare = <Machines>(subject: Subject<Machines>): Preparation<Machines> => {
  const { watchedMachines, watching, optionsOf } = watch(subject)
  const configurations = subject.configurations
    .map((configuration) => explored(configuration, subject, watchedMachines, watching))
    .sort((a, b) => a.states - b.states)
  return {
    subject,
    configurations,
    candidates: withPairs(subject, [...designed(subject), ...mechanical(subject, optionsOf)])
  }
}

const designed = <Machines>(subject: Subject<Machines>): ReadonlyArray<Candidate<Machines>> =>
  (subject.designed ?? []).map((one) => ({ ...one, operator: "design", machine: "design", places: null }))

const mechanical = <Machines>(
  subject: Subject<Machines>,
  optionsOf: (machine: AnyStateMachine) => MutantsOptions
): ReadonlyArray<Candidate<Machines>> =>
  subject.mutants(optionsOf).map(({ name, operator, machine: { id }, places, change }) => ({
    ...{ name, operator, machine: id, change },
    places: places.map((place) => `${id} ${placeName(place)}`)
  }))

const withPairs = <Machines>(
  { pairs = [] }: Subject<Machines>,
  single: ReadonlyArray<Candidate<Machines>>
): ReadonlyArray<Candidate<Machines>> => {
  const byName = new Map(single.map((candidate) => [candidate.name, candidate]))
  const find = (name: string): Candidate<Machines> => {
    const found = byName.get(name)
    if (found === undefined) throw new Error(`There is no mutant "${name}" to be paired.`)
    return found
  }
  const paired = pairs.map(([one, other]): Candidate<Machines> => {
    const [first, second] = [find(one), find(other)]
    return {
      name: `${one} + ${other}`,
      operator: pairOperator,
      machine: pairOperator,
      places: first.places === null || second.places === null ? null : [...first.places, ...second.places],
      change: (machines) => second.change(first.change(machines))
    }
  })
  return [...single, ...paired]
}

/** States beyond this many are not looked at: a mutant may well have no end. */
export const statesMaxOf = ({ states }: { readonly states: number }): number => states * 2 + 5_000

const watch = <Machines>(subject: Subject<Machines>) => {
  const { machines, map, commands } = subject
  const observed = new Map<string, Observed>()
  const log = makeCommandLog(subject)
  const observedMachines = map(machines, (machine) => {
    const one = observe(machine, commands)
    observed.set(machine.id, one)
    return one.machine
  })
  const takeReached = (): ReadonlySet<string> =>
    new Set([...observed].flatMap(([id, one]) => [...one.takeReached()].map((place) => `${id} ${place}`)))
  const optionsOf = ({ id }: AnyStateMachine): MutantsOptions => {
    const one = observed.get(id)
    return one === undefined ? { commands } : { commands, observations: one.observations }
  }
  const watching: Watching = { takeReached, takeCommands: log.take }
  return { watchedMachines: log.hear(observedMachines), watching, optionsOf }
}

const explored = <Machines>(
  configuration: Configuration<Machines>,
  subject: Subject<Machines>,
  watchedMachines: Machines,
  watching: Watching
): Prepared<Machines> => {
  const { system, properties } = configuration.model(watchedMachines)
  const taken = makeTakenSteps()
  const report = check(recorded(system, taken, watching), properties, { symmetry: false, recheckEvery: 0 })
  const [violation] = report.violations
  if (violation !== undefined || !report.isComplete) {
    throw new Error(
      `The original itself fails in ${configuration.name}: ${violation?.property ?? "the search did not end"}. ` +
        "Mutants can only be compared with a model that holds."
    )
  }
  let digest: string | null | undefined
  return {
    configuration,
    states: report.states,
    taken,
    witnessed: new Set(Object.keys(report.witnesses)),
    digest: () => {
      if (digest === undefined) digest = graphDigest(configuration.model(subject.machines).system, Infinity)
      return digest
    }
  }
}
