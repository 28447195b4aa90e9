/** What the three kinds of actors have in common in the model of a real run: timers, activities, mail. */
import type { Effect, Message } from "../../../packages/checker/src/system/Effect.ts"
import type { CheckpointId } from "../../../packages/core/src/model/ids.ts"
import type { Json } from "../../../packages/core/src/model/Json.ts"
import type { Activity } from "../../../packages/core/src/runtime/Inspection.ts"
import type { LogEntry } from "../../../packages/core/src/storage/LogEntry.ts"
import type { TraceLine } from "../TraceLine.ts"
import type { Fact } from "./facts.ts"

/**
 * An activity: wanted, begun (a line says so), answered by the log where it asks it, ended well (a line says so, too). Then
 * its owner hears of it.
 */
export interface Doing<Event extends Message = Message> {
  readonly key: string
  readonly activity: Activity
  readonly checkpoint: CheckpointId | null
  readonly objects: ReadonlyArray<string>
  /** What of them is removed; null if it is all of them, or none. */
  readonly released: ReadonlyArray<string> | null
  readonly transactions: ReadonlyArray<string>
  readonly phase: "wanted" | "begun" | "answered" | "ended"
  /** What the owner hears in the end; null if it hears nothing, or if that is not known yet. */
  readonly outcome: Event | null
  /** What it appends to the log. */
  readonly entry: LogEntry | null
  /** Whether it has to wait for an answer of the log. */
  readonly asks: boolean
}

export const doing = <Event extends Message>(
  of: Pick<Doing<Event>, "key" | "activity"> & Partial<Doing<Event>>
): Doing<Event> => ({
  ...{ checkpoint: null, objects: [], released: null, transactions: [] },
  ...{ phase: "wanted", outcome: null, entry: null, asks: false },
  ...of
})

export interface Timers {
  readonly armed: ReadonlyArray<string>
  /** Timers that were cancelled, but may have fired just before: what they say may still be in the mailbox. */
  readonly late: ReadonlyArray<string>
}

export const noTimers: Timers = { armed: [], late: [] }

/** What an actor's component may be told beside the events of its machine. */
export type ActorMail<Event extends Message> = Event | OwnMail<Event>

export type OwnMail<Event extends Message> =
  | { readonly type: "activity.begin"; readonly key: string }
  | { readonly type: "activity.end"; readonly key: string }
  /** An event of the machine that comes from no other actor: an outcome, a user, the data plane. */
  | { readonly type: "outside"; readonly event: Event; readonly key: string | null }
  /** Everything that was in the mailbox when the timer was cancelled has been delivered. */
  | { readonly type: "timer.past"; readonly timer: string }

/** What all actors' states have. */
export interface Teller {
  /** What the last step has written into the trace. */
  readonly line: TraceLine | null
}

export const stepLine = (
  actor: string,
  event: Message,
  state: Json,
  commands: ReadonlyArray<{ readonly _tag: string }>
): TraceLine => ({
  ...{ _tag: "Step", actor, event, state, commands }
})

export const activityLine = (
  tag: "ActivityStarted" | "ActivityEnded",
  actor: string,
  all: ReadonlyArray<Doing>,
  key: string
): TraceLine | null => {
  const one = all.find((candidate) => candidate.key === key)
  if (one === undefined) return null
  const { activity, checkpoint, objects, transactions } = one
  return { _tag: tag, actor, activity, checkpoint, objects, transactions }
}

export const note = (fact: Fact): Effect => ({ _tag: "Note", fact })

export const send = (channel: string, message: Message): Effect => ({ _tag: "Send", channel, message })

export const mailOf = (actor: string): string => `mail ${actor}`
export const answersOf = (actor: string): string => `answers ${actor}`
export const triggersOf = (subtask: string): string => `triggers ${subtask}`

/** Timers after an order to set one: one that is set anew may have fired before. */
export const setTimer = (actor: string, timers: Timers, timer: string): readonly [Timers, ReadonlyArray<Effect>] => {
  const [cancelled, effects] = cancelTimer(actor, timers, timer)
  return [{ ...cancelled, armed: [...cancelled.armed, timer].sort() }, [...effects, { _tag: "SetTimer", timer }]]
}

export const cancelTimer = (actor: string, timers: Timers, timer: string): readonly [Timers, ReadonlyArray<Effect>] => {
  const cancel: Effect = { _tag: "CancelTimer", timer }
  if (!timers.armed.includes(timer)) return [timers, [cancel]]
  const armed = timers.armed.filter((other) => other !== timer)
  const late = [...timers.late.filter((other) => other !== timer), timer].sort()
  return [{ armed, late }, [cancel, send(mailOf(actor), past(timer))]]
}

const past = (timer: string): OwnMail<Message> => ({ type: "timer.past", timer })

export const firedTimer = (timers: Timers, timer: string): Timers => ({
  armed: timers.armed.filter((other) => other !== timer),
  late: timers.late.filter((other) => other !== timer)
})

/** A timer that is known to be past cannot come any more, unless a second order to cancel is still under way. */
export const pastTimer = (timers: Timers, timer: string): Timers => ({
  ...timers,
  late: timers.late.filter((other) => other !== timer)
})

/** The activity with a key, changed. */
export const withDoing = <Event extends Message>(
  all: ReadonlyArray<Doing<Event>>,
  key: string,
  change: Partial<Doing<Event>>
): ReadonlyArray<Doing<Event>> => all.map((one) => (one.key === key ? { ...one, ...change } : one))

export const withoutDoing = <Event extends Message>(
  all: ReadonlyArray<Doing<Event>>,
  key: string
): ReadonlyArray<Doing<Event>> => all.filter((one) => one.key !== key)

/** What may happen next to activities. */
export const doingNext = <Event extends Message>(all: ReadonlyArray<Doing<Event>>): ReadonlyArray<OwnMail<Event>> =>
  all.flatMap((one): ReadonlyArray<OwnMail<Event>> => {
    const { asks, key, outcome, phase } = one
    if (phase === "wanted") return [{ type: "activity.begin", key }]
    if (phase === "begun") return asks ? [] : [{ type: "activity.end", key }]
    const end = phase === "answered" ? [{ type: "activity.end", key } as const] : []
    // What ends badly says nothing when it ends.
    const heard =
      outcome !== null && (phase === "ended" || isBad(outcome))
        ? [{ type: "outside", event: outcome, key } as const]
        : []
    return isBad(outcome) ? heard : [...end, ...heard]
  })

const isBad = (outcome: Message | null): boolean =>
  outcome !== null && (outcome.type === "manifest.refused" || outcome.type === "claim.unneeded")
