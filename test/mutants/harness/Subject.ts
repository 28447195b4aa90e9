/** What is mutated, and the models in which its mutants have to be noticed. */
import type { AnyStateMachine } from "xstate"
import type { CommandsOption, MutantsOptions, Place } from "../../../packages/checker/src/mutation/index.ts"
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
  /** Names of commands that machines give each other, inside of a component: their effect shows in the component's step. */
  readonly internal: ReadonlyArray<string>
  /** Names of commands that may as well be given twice. */
  readonly idempotent: ReadonlyArray<string>
  /** Machines with a change made to each. */
  readonly map: (machines: Machines, change: <M extends AnyStateMachine>(machine: M) => M) => Machines
  /** The mutants of each machine, each as a change of the machines. */
  readonly mutants: (options: (machine: AnyStateMachine) => MutantsOptions) => ReadonlyArray<MachineMutant<Machines>>
  /** Mistakes thought out by people, tried before the mechanical ones. */
  readonly designed?: ReadonlyArray<Designed<Machines>>
  /** Names of mutants that are tried together as well: two defences against one thing, perhaps. */
  readonly pairs?: ReadonlyArray<readonly [string, string]>
  readonly configurations: ReadonlyArray<Configuration<Machines>>
}

export interface MachineMutant<Machines> {
  readonly name: string
  readonly operator: string
  readonly machine: AnyStateMachine
  readonly places: ReadonlyArray<Place>
  readonly change: (machines: Machines) => Machines
}

/** A mistake that somebody has made somewhere. */
export interface Designed<Machines> {
  readonly name: string
  readonly change: (machines: Machines) => Machines
}

/** A mistake to be tried: of a machine's definition, or of a model. */
export interface Candidate<Machines> {
  readonly name: string
  /** The operator that made it. */
  readonly operator: string
  /** The machine that was changed, by id; another word for what is no machine. */
  readonly machine: string
  /** Names of places, with their machine: a step that reaches none is as before. Null: more than a definition differs. */
  readonly places: ReadonlyArray<string> | null
  readonly change: (machines: Machines) => Machines
}
