/** What is mutated, and the models in which its mutants have to be noticed. */
import type { AnyStateMachine } from "xstate"
import type { CommandsOption, Mutant, MutantsOptions } from "../../../packages/checker/src/mutation/index.ts"
import type { Property } from "../../../packages/checker/src/property/Property.ts"
import type { System } from "../../../packages/checker/src/system/System.ts"

export interface Model {
  readonly system: System
  readonly properties: ReadonlyArray<Property>
}

/** A model of the subject, made of whatever machines it is given. */
export interface Configuration<Machines> {
  readonly name: string
  readonly model: (machines: Machines) => Model
}

export interface Subject<Machines> {
  readonly machines: Machines
  /** How machines name what they command. */
  readonly commands: CommandsOption
  /** The machines with a change made to each. */
  readonly map: (change: <M extends AnyStateMachine>(machine: M) => M) => Machines
  /** The mutants of each machine, among the others as they are. */
  readonly mutants: (
    options: (machine: AnyStateMachine) => MutantsOptions
  ) => ReadonlyArray<{ readonly mutant: Mutant; readonly machines: Machines }>
  readonly configurations: ReadonlyArray<Configuration<Machines>>
}

/** A mistake to be tried: of a machine's definition, or of a model. */
export interface Candidate<Machines> {
  readonly name: string
  /** The operator that made it. */
  readonly operator: string
  /** The machine that was changed, by id; another word for what is no machine. */
  readonly machine: string
  /** Names of places, with their machine: a step that reaches none is as before. Null if nobody knows. */
  readonly places: ReadonlyArray<string> | null
  readonly model: (configuration: Configuration<Machines>) => Model
}
