/**
 * Checkpoints as traces: a span per checkpoint, below it its trigger, what every subtask did of it (align, capture, write),
 * the entry in the log (finalize) and the commits of the sinks. Told by the inspection stream; times are those at which the
 * coordinator's thread hears of things.
 *
 * T1 Every span that begins ends: with its own outcome, or with that of its checkpoint.
 */
import { type Clock, Context, Exit, Option, type Tracer } from "effect"
import type { Barrier } from "../../model/Barrier.ts"
import type { CheckpointId } from "../../model/ids.ts"
import type { Inspection, Inspector } from "../Inspection.ts"

interface Traced {
  readonly root: Tracer.Span
  readonly open: Map<string, Tracer.Span>
}

/** Checkpoints that are remembered: a commit may follow long after the completion. */
const tracedMax = 64

const activities: ReadonlyMap<string, string> = new Map([
  ["write", "write"],
  ["manifest", "finalize"],
  ["commit", "commit"]
])

export class CheckpointSpans {
  readonly #tracer: Tracer.Tracer
  readonly #clock: Clock.Clock
  readonly #job: string
  readonly #traced = new Map<CheckpointId, Traced>()

  constructor(options: { readonly tracer: Tracer.Tracer; readonly clock: Clock.Clock; readonly job: string }) {
    this.#tracer = options.tracer
    this.#clock = options.clock
    this.#job = options.job
  }

  readonly inspector: Inspector = (inspection) => {
    switch (inspection._tag) {
      case "Step":
        this.#step(inspection)
        return
      case "Captured":
        this.#end(inspection.checkpoint, "trigger")
        this.#end(inspection.checkpoint, `capture ${inspection.subtask}`)
        return
      case "ActivityStarted":
      case "ActivityEnded":
        this.#activity(inspection)
        return
      default:
        return
    }
  }

  #step({ actor, commands, event }: Extract<Inspection, { readonly _tag: "Step" }>): void {
    if (actor === "coordinator") {
      for (const command of commands) this.#coordinatorActs(command)
      return
    }
    const barrier = barrierOf(event)
    if (event.type === "barrier.received" && barrier !== null) this.#begin(barrier.id, "align", actor)
    for (const command of commands) {
      const captured = command._tag === "Capture" ? barrierOf(command) : null
      if (captured === null) continue
      this.#end(captured.id, `align ${actor}`)
      this.#begin(captured.id, "capture", actor)
    }
  }

  #coordinatorActs(command: { readonly _tag: string }): void {
    if (command._tag === "TriggerSources") {
      const barrier = barrierOf(command)
      if (barrier !== null) this.#triggered(barrier)
    } else if (command._tag === "NotifyCompleted") {
      this.#resolved(idOf(command), Exit.void)
    } else if (command._tag === "NotifyInvalidated") {
      const reason = "reason" in command ? String(command.reason) : "unknown"
      this.#resolved(idOf(command), Exit.fail(`invalidated: ${reason}`))
    }
  }

  #triggered({ id, kind }: Pick<Barrier, "id" | "kind">): void {
    const root = this.#span("checkpoint", null)
    root.attribute("tidemark.job", this.#job)
    root.attribute("tidemark.checkpoint.id", id)
    root.attribute("tidemark.checkpoint.kind", kind)
    this.#traced.set(id, { root, open: new Map() })
    for (const old of this.#traced.keys()) {
      if (this.#traced.size <= tracedMax) break
      this.#resolved(old, Exit.fail("never resolved"))
      this.#traced.delete(old)
    }
    this.#begin(id, "trigger", null)
  }

  /** T1. Commits that are still to come keep the checkpoint known. */
  #resolved(id: CheckpointId | null, exit: Exit.Exit<void, string>): void {
    const traced = id === null ? undefined : this.#traced.get(id)
    if (traced === undefined || traced.root.status._tag === "Ended") return
    for (const span of traced.open.values()) span.end(this.#now(), exit)
    traced.open.clear()
    traced.root.end(this.#now(), exit)
  }

  #activity({ _tag, activity, actor, checkpoint }: Extract<Inspection, { readonly activity: string }>): void {
    const name = activities.get(activity)
    if (name === undefined || checkpoint === null) return
    const subtask = actor === "coordinator" ? null : actor
    if (_tag === "ActivityStarted") this.#begin(checkpoint, name, subtask)
    else this.#end(checkpoint, subtask === null ? name : `${name} ${subtask}`)
  }

  #begin(checkpoint: CheckpointId, name: string, subtask: string | null): void {
    const traced = this.#traced.get(checkpoint)
    const key = subtask === null ? name : `${name} ${subtask}`
    if (traced === undefined || traced.open.has(key)) return
    const span = this.#span(name, traced.root)
    span.attribute("tidemark.checkpoint.id", checkpoint)
    if (subtask !== null) span.attribute("tidemark.subtask", subtask)
    traced.open.set(key, span)
  }

  #end(checkpoint: CheckpointId, key: string): void {
    const traced = this.#traced.get(checkpoint)
    traced?.open.get(key)?.end(this.#now(), Exit.void)
    traced?.open.delete(key)
  }

  #span(name: string, parent: Tracer.Span | null): Tracer.Span {
    return this.#tracer.span({
      name: `tidemark.${name}`,
      parent: Option.fromNullishOr(parent),
      annotations: Context.empty(),
      links: [],
      startTime: this.#now(),
      kind: "internal",
      root: parent === null,
      sampled: true
    })
  }

  #now(): bigint {
    return this.#clock.currentTimeNanosUnsafe()
  }
}

/** Events and commands of the inspection stream are known by their tags only. */
const barrierOf = (told: object): Pick<Barrier, "id" | "kind"> | null => {
  if (!("barrier" in told) || typeof told.barrier !== "object" || told.barrier === null) return null
  const { barrier } = told
  return isBarrier(barrier) ? barrier : null
}

const isBarrier = (told: object): told is Pick<Barrier, "id" | "kind"> =>
  "id" in told && typeof told.id === "number" && "kind" in told && typeof told.kind === "string"

const idOf = (told: object): CheckpointId | null => ("id" in told && typeof told.id === "number" ? told.id : null)
