/**
 * The JSON API of the explorer: what its server answers and its page reads.
 *
 * | Request | Answer |
 * |---|---|
 * | `GET /api/systems` | {@link SystemsDocument} |
 * | `GET /api/state/<system>/<path>` | {@link StateDocument}; the path is the indices of the actions, joined by `.` |
 * | `POST /api/check/<system>` | starts a search: {@link SearchDocument} |
 * | `GET /api/check/<system>` | how the search stands: {@link SearchDocument} |
 *
 * A request that cannot be answered gets a {@link ProblemDocument} with status 400, 403, 404, 405 or 500. Names are
 * URI-encoded. Nothing but a search is ever started, nothing is written.
 */

import type { Conclusion } from "../cli/conclusion.ts"
import type { Slot } from "../engine/Engine.ts"

/** Indices of actions, each among those enabled in the state before it. */
export type Path = ReadonlyArray<number>

export interface SystemsDocument {
  readonly module: string
  readonly systems: ReadonlyArray<SystemDocument>
}

export interface SystemDocument {
  readonly name: string
  readonly properties: ReadonlyArray<PropertyDocument>
  /** What {@link ChartSnapshot.machine} refers to. */
  readonly machines: ReadonlyArray<ChartDefinition>
}

export type PropertyKind = "always" | "step" | "sometimes" | "terminal" | "leadsTo"

export interface PropertyDocument {
  readonly name: string
  readonly kind: PropertyKind
}

/** A machine as it is drawn. */
export interface ChartDefinition {
  readonly id: string
  readonly root: ChartNode
}

export interface ChartNode {
  /** Unique in its machine. */
  readonly id: string
  readonly key: string
  readonly type: "atomic" | "compound" | "parallel" | "final" | "history"
  readonly isInitial: boolean
  readonly description: string | null
  readonly children: ReadonlyArray<ChartNode>
  readonly transitions: ReadonlyArray<ChartTransition>
}

export interface ChartTransition {
  /** Unique in its machine. */
  readonly id: string
  /** `REQUEST [isFree]` */
  readonly label: string
  /** Empty where the state stays. */
  readonly targets: ReadonlyArray<string>
}

export interface StateDocument {
  readonly system: string
  readonly path: Path
  /** The actions of the path. */
  readonly steps: ReadonlyArray<StepDocument>
  /** The first state of the path that is the same as the last one, counted from 0; null if there is none. */
  readonly returnsTo: number | null
  readonly actions: ReadonlyArray<ActionDocument>
  /** A step that threw: what can happen here is not known in full. */
  readonly failure: string | null
  readonly components: ReadonlyArray<ComponentDocument>
  readonly slots: ReadonlyArray<SlotDocument>
  readonly properties: ReadonlyArray<PropertyStatus>
  /** The bound or full channel beyond which a search does not go on. */
  readonly cutOffBy: string | null
}

export type ActionFlavour = "message" | "timer" | "internal" | "operation" | "stimulus" | "fault" | "recovery"

export interface StepDocument {
  readonly index: number
  readonly text: string
  readonly flavour: ActionFlavour
}

export interface ActionDocument extends StepDocument {
  /** The state of the path to which it leads, counted from 0; null if it leads elsewhere. */
  readonly returnsTo: number | null
}

export interface ComponentDocument {
  readonly name: string
  readonly isDown: boolean
  readonly hasChanged: boolean
  /** What the charts do not show of its state; while it is down, what it keeps. Null: nothing. */
  readonly state: unknown
  readonly charts: ReadonlyArray<ChartSnapshot>
}

export interface ChartSnapshot {
  readonly name: string
  /** Index into {@link SystemDocument.machines}; null for a machine that the component does not list. */
  readonly machine: number | null
  /** Ids of the nodes that it is in; empty while the component is down. */
  readonly active: ReadonlyArray<string>
  /** Ids of the transitions that the last step took, as far as its event tells. */
  readonly taken: ReadonlyArray<string>
  /** Ids of the nodes that the last step has left. */
  readonly left: ReadonlyArray<string>
  readonly context: ReadonlyArray<ContextEntry>
}

export interface ContextEntry {
  readonly key: string
  readonly value: unknown
  readonly hasChanged: boolean
}

export type SlotKind = Exclude<Slot["kind"], "component"> | "timers"

export interface SlotDocument {
  readonly kind: SlotKind
  readonly name: string
  readonly value: unknown
  readonly hasChanged: boolean
  /** What it was before the last step, where that changed it. */
  readonly before: unknown
}

export interface PropertyStatus extends PropertyDocument {
  /**
   * `holds`, `violated`: it is about this state or step. `seen`: a `sometimes` that is true here. `waiting`: `from` of a
   * `leadsTo` is true here, and `to` is not. `silent`: this state says nothing about it.
   */
  readonly status: "holds" | "violated" | "seen" | "waiting" | "silent"
  readonly detail: string
}

export interface SearchDocument {
  readonly system: string
  readonly status: "none" | "running" | "done" | "failed"
  /** Since it was started, or that it took. */
  readonly seconds: number
  readonly states: number
  readonly edges: number
  readonly result: SearchResult | null
  /** Why it failed. */
  readonly problem: string | null
}

export interface SearchResult {
  readonly depth: number
  readonly isComplete: boolean
  readonly omission: number
  /** In the order of the properties. */
  readonly conclusions: ReadonlyArray<Conclusion>
  readonly violations: ReadonlyArray<FoundPath>
  readonly witnesses: ReadonlyArray<FoundPath>
  readonly warnings: ReadonlyArray<string>
  readonly untaken: ReadonlyArray<string>
}

export interface FoundPath {
  readonly property: string
  readonly detail: string
  readonly path: Path
  /** For a lasso: the state of the path to which its end returns, counted from 0; that of its end if it stays there. */
  readonly loopsTo: number | null
}

export interface ProblemDocument {
  readonly problem: string
  /** How far a path that leads nowhere can be walked. */
  readonly validPath?: Path
}
