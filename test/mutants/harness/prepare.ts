/** Explores the original in every configuration, and remembers what mutants are compared with. */

import type { AnyStateMachine } from "xstate"
import { check } from "../../../packages/checker/src/index.ts"
import type { MutantsOptions } from "../../../packages/checker/src/mutation/index.ts"
import { type Observed, observe, placeName } from "../../../packages/checker/src/mutation/index.ts"
import { graphDigest } from "./graphDigest.ts"
import type { Candidate, Configuration, Subject } from "./Subject.ts"
import { makeTakenSteps, recorded, type TakenSteps } from "./steps.ts"

export interface Prepared<Machines> {
  readonly configuration: Configuration<Machines>
  readonly states: number
  readonly taken: TakenSteps
  readonly witnessed: ReadonlySet<string>
  /** Of the original's graph; computed when it is asked for. */
  readonly digest: () => string | null
}

export interface Preparation<Machines> {
  /** Cheapest first. */
  readonly configurations: ReadonlyArray<Prepared<Machines>>
  readonly candidates: ReadonlyArray<Candidate<Machines>>
}

export const prepare = <Machines>(subject: Subject<Machines>): Preparation<Machines> => {
  const { watchedMachines, takeReached, optionsOf } = watch(subject)
  const configurations = subject.configurations
    .map((configuration) => explored(configuration, subject, watchedMachines, takeReached))
    .sort((a, b) => a.states - b.states)
  const candidates = subject.mutants(optionsOf).map(
    ({ mutant, machines }): Candidate<Machines> => ({
      name: mutant.name,
      operator: mutant.operator,
      machine: mutant.machine.id,
      places: mutant.places.map((place) => `${mutant.machine.id} ${placeName(place)}`),
      model: (configuration) => configuration.model(machines)
    })
  )
  return { configurations, candidates }
}

/** States beyond this many are not looked at: a mutant may well have no end. */
export const statesMaxOf = ({ states }: { readonly states: number }): number => states * 4 + 10_000

const watch = <Machines>({ map, commands }: Subject<Machines>) => {
  const observed = new Map<string, Observed>()
  const watchedMachines = map((machine) => {
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
  return { watchedMachines, takeReached, optionsOf }
}

const explored = <Machines>(
  configuration: Configuration<Machines>,
  subject: Subject<Machines>,
  watchedMachines: Machines,
  takeReached: () => ReadonlySet<string>
): Prepared<Machines> => {
  const { system, properties } = configuration.model(watchedMachines)
  const taken = makeTakenSteps()
  const report = check(recorded(system, taken, takeReached), properties, { symmetry: false, recheckEvery: 0 })
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
