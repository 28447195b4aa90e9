/** A whole system: what there is, what may go wrong and how often, and what people do to it. */
import type { Channel } from "./Channel.ts"
import type { AnyComponent } from "./Component.ts"
import type { Effect } from "./Effect.ts"
import type { AnyResource } from "./Resource.ts"
import { trusted } from "./trusted.ts"
import type { View } from "./View.ts"

/** An auxiliary variable: a fold over the facts that steps note. It changes nothing; properties read it. */
export interface History<H> {
  readonly initial: H
  readonly next: (history: H, fact: never) => H
}

/** A history as the engine sees it: its types are forgotten. */
export interface AnyHistory {
  readonly initial: unknown
  readonly next: (history: unknown, fact: unknown) => unknown
}

/** Something that happens to the system from outside, `times` times at most. */
export interface Stimulus {
  readonly name: string
  readonly effects: ReadonlyArray<Effect>
  readonly times: number
  readonly when?: (view: View) => boolean
}

/** What crashes as one: a process and all that lives in it. It crashes while any of it runs. */
export interface CrashUnit {
  readonly name: string
  readonly components: ReadonlyArray<string>
  /** What happens when it comes back; null if it never does. */
  readonly recover: ReadonlyArray<Effect> | null
}

export interface System {
  readonly name: string
  readonly components: ReadonlyArray<AnyComponent>
  readonly channels?: ReadonlyArray<Channel>
  readonly resources?: ReadonlyArray<AnyResource>
  readonly history?: AnyHistory
  /** What happens first: at least the starts of the components that run from the beginning. */
  readonly initially: ReadonlyArray<Effect>
  readonly stimuli?: ReadonlyArray<Stimulus>
  readonly crashes?: ReadonlyArray<CrashUnit>
  /**
   * How often something may go wrong: by kind (`crash`, `fails`, `ambiguous`, `late`, `torn`, `lose`, `duplicate`), or by
   * place and kind (`log.late`), which then has a budget of its own. What is not listed does not happen.
   */
  readonly faults?: Readonly<Record<string, number>>
  /** States outside of a bound are reached and checked, but nothing is explored beyond them. */
  readonly bounds?: Readonly<Record<string, (view: View) => boolean>>
  /** Groups of names that may be exchanged for each other everywhere. */
  readonly symmetric?: ReadonlyArray<ReadonlyArray<string>>
  /**
   * How a value reads after an exchange of symmetric names, where the default is wrong; undefined for the default. Asked
   * of every string, array and record. By default a string that is a name, or the name of a part, is exchanged, also as
   * a key; an array of ascending strings is a set, and sorted again; other arrays keep their order.
   */
  readonly rename?: (value: unknown, renaming: Renaming) => unknown
}

/** An exchange of names. */
export interface Renaming {
  /** The name that stands in the place of this one; a text that is no name is left alone. */
  readonly name: (name: string) => string
  /** The value with its names exchanged: for the values inside of the one that is asked about. */
  readonly value: <V>(value: V) => V
}

/** The parts of a system as they were written: each knows its own types. */
export interface SystemSpec extends Omit<System, "components" | "resources" | "history"> {
  readonly components: ReadonlyArray<ComponentLike>
  readonly resources?: ReadonlyArray<ResourceLike>
  readonly history?: HistoryLike
}

/** Any component, whatever its types: functions of unknown parameters. */
export interface ComponentLike
  extends Omit<AnyComponent, "start" | "step" | "internal" | "mayReceive" | "durable" | "snapshots"> {
  readonly start: (
    input: never,
    durable: unknown
  ) => { readonly state: unknown; readonly effects: ReadonlyArray<Effect> }
  readonly step: (state: never, event: never) => { readonly state: unknown; readonly effects: ReadonlyArray<Effect> }
  readonly internal?: (state: never) => AnyComponentInternal
  readonly mayReceive?: (state: never, channel: string) => boolean
  readonly durable?: (state: never) => unknown
  readonly snapshots?: (state: never) => ReturnType<NonNullable<AnyComponent["snapshots"]>>
}

type AnyComponentInternal = ReturnType<NonNullable<AnyComponent["internal"]>>

/** Any resource, whatever its types, as a system takes it. */
export interface ResourceLike extends Omit<AnyResource, "apply" | "failure" | "unknown" | "torn"> {
  readonly apply: (
    state: never,
    operation: never
  ) => { readonly state: unknown; readonly effects: ReadonlyArray<Effect> }
  readonly failure?: (operation: never, state: never) => ReadonlyArray<Effect>
  readonly unknown?: (operation: never, state: never) => ReadonlyArray<Effect>
  readonly torn?: (
    state: never,
    operation: never
  ) => { readonly state: unknown; readonly effects: ReadonlyArray<Effect> }
}

/** Any history, whatever its types, as a system takes it. */
export interface HistoryLike {
  readonly initial: unknown
  readonly next: (history: never, fact: never) => unknown
}

/** Puts a system together. Its parts are checked when it is explored: see `compileSystem`. */
export const system = (spec: SystemSpec): System => trusted(spec)
