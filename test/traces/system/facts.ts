/**
 * What a trace says of data, storage and targets, folded into what the protocol's properties need: bounded, because
 * whatever is resolved is dropped.
 */
import type { History } from "../../../packages/checker/src/system/System.ts"
import type { ChannelId, CheckpointId, Term } from "../../../packages/core/src/model/ids.ts"
import type { Prepared } from "../../../packages/core/src/protocol/committerMessages.ts"
import type { ChannelPosition, Inspection } from "../../../packages/core/src/runtime/Inspection.ts"
import { termOfObject } from "../../../packages/core/src/runtime/stateObject.ts"
import type { Found } from "../TraceLine.ts"

type Captured = Extract<Inspection, { readonly _tag: "Captured" }>

/** Whether records and later barriers may have overtaken those of the checkpoint: at least once. */
interface Tracking {
  readonly isTracked?: boolean
}

export type Fact =
  | {
      readonly _tag: "RunBegan"
      readonly term: Term
      readonly restored: CheckpointId
      readonly named: ReadonlyArray<string>
    }
  | ({ readonly _tag: "BarrierSent" | "BarrierTaken"; readonly checkpoint: CheckpointId } & ChannelPosition)
  | (Pick<Captured, "_tag" | "subtask" | "checkpoint" | "taken" | "emitted"> & Tracking)
  | { readonly _tag: "Prepared"; readonly id: CheckpointId; readonly sink: string; readonly transaction: string }
  | { readonly _tag: "Writing"; readonly object: string; readonly holds: ReadonlyArray<string> }
  | { readonly _tag: "Written"; readonly object: string }
  /** A snapshot refers to objects of others; `base` is the subtask's object of the checkpoint that its barrier has named. */
  | {
      readonly _tag: "Shared"
      readonly object: string
      readonly shared: ReadonlyArray<string>
      readonly base: { readonly id: CheckpointId; readonly object: string } | null
    }
  | { readonly _tag: "Removing" | "Removed"; readonly objects: ReadonlyArray<string> }
  | {
      readonly _tag: "Landed"
      readonly id: CheckpointId
      readonly objects: ReadonlyArray<string>
      readonly shared: ReadonlyArray<string>
    }
  | { readonly _tag: "Notified"; readonly id: CheckpointId }
  | { readonly _tag: "Committing"; readonly upTo: CheckpointId; readonly transactions: ReadonlyArray<string> }
  | {
      readonly _tag: "Restored"
      readonly prepared: ReadonlyArray<Prepared>
      /** Which of the restored transactions of its sink this subtask has to commit: each `of`-th, from `index` on. */
      readonly share: { readonly sink: string; readonly index: number; readonly of: number }
    }
  | Found

/** Properties of the protocol that are evaluated on facts. */
export type Rule = "S4" | "S5" | "S7" | "S8" | "S13" | "S15" | "S16" | "S17" | "S18" | "S20" | "S26" | "S27"

export interface Known {
  /** The last barrier sent into and taken from each channel in this run. */
  readonly sent: Readonly<Record<ChannelId, BarrierMark>>
  readonly taken: Readonly<Record<ChannelId, BarrierMark>>
  readonly captures: ReadonlyArray<Captured0>
  /** Checkpoints whose manifest stands or has stood. */
  readonly landed: ReadonlyArray<CheckpointId>
  /** The newest checkpoint in the log: what it has written itself, and what it shares. */
  readonly restorable: {
    readonly id: CheckpointId
    readonly objects: ReadonlyArray<string>
    readonly shared: ReadonlyArray<string>
  }
  readonly objects: Readonly<Record<string, KnownObject>>
  /** What transactions were prepared for. */
  readonly transactions: Readonly<Record<string, { readonly id: CheckpointId; readonly sink: string }>>
  readonly broken: Readonly<Partial<Record<Rule, string>>>
}

interface KnownObject {
  readonly status: "writing" | "written" | "removing"
  /** Transactions. */
  readonly holds: ReadonlyArray<string>
  /** Other objects. */
  readonly refersTo: ReadonlyArray<string>
}

type BarrierMark = ChannelPosition & { readonly checkpoint: CheckpointId }
type Captured0 = Omit<Captured, "_tag"> & Tracking

const initial: Known = {
  sent: {},
  taken: {},
  captures: [],
  landed: [],
  restorable: { id: 0, objects: [], shared: [] },
  objects: {},
  transactions: {},
  broken: {}
}

/** Remembered of what can no longer matter, for names that must not come again. */
const remembered = 64

const blame = (known: Known, rule: Rule, problem: string): Known =>
  known.broken[rule] === undefined ? { ...known, broken: { ...known.broken, [rule]: problem } } : known

const blameIf = (known: Known, isBroken: boolean, rule: Rule, problem: () => string): Known =>
  isBroken ? blame(known, rule, problem()) : known

// Data plane.

const noteSent = (known: Known, { _tag: _, ...mark }: { readonly _tag: string } & BarrierMark): Known => {
  const before = known.sent[mark.channel]
  const marked = { ...known, sent: { ...known.sent, [mark.channel]: mark } }
  const isOrdered =
    before === undefined ||
    (before.checkpoint < mark.checkpoint && before.sequence < mark.sequence && before.records <= mark.records)
  const ordered = blameIf(
    marked,
    !isOrdered,
    "S15",
    () => `barrier ${mark.checkpoint} of ${mark.channel} is sent after ${before?.checkpoint}`
  )
  const from = mark.channel.slice(0, mark.channel.indexOf(">"))
  const capture = known.captures.find(({ checkpoint, subtask }) => checkpoint === mark.checkpoint && subtask === from)
  const emitted = capture?.emitted.find(({ channel }) => channel === mark.channel)?.records
  return blameIf(ordered, emitted !== mark.records, "S17", () =>
    emitted === undefined
      ? `barrier ${mark.checkpoint} is sent into ${mark.channel} before ${from} has captured`
      : `barrier ${mark.checkpoint} is sent into ${mark.channel} behind ${mark.records} records; ${emitted} are captured`
  )
}

const noteTaken = (known: Known, { _tag: _, ...mark }: { readonly _tag: string } & BarrierMark): Known => {
  const before = known.taken[mark.channel]
  const marked = { ...known, taken: { ...known.taken, [mark.channel]: mark } }
  return blameIf(
    marked,
    before !== undefined && before.checkpoint >= mark.checkpoint,
    "S15",
    () => `barrier ${mark.checkpoint} of ${mark.channel} is taken after ${before?.checkpoint}`
  )
}

const noteCaptured = (known: Known, { _tag: _, ...capture }: { readonly _tag: string } & Captured0): Known => {
  const { checkpoint, subtask } = capture
  const noted = { ...known, captures: [...known.captures, capture] }
  return capture.taken.reduce<Known>((judged, { channel, records, sequence }) => {
    const mark = known.taken[channel]
    const hasOvertaken = mark !== undefined && mark.checkpoint >= checkpoint && mark.records <= records
    if (capture.isTracked === true && hasOvertaken) return judged
    if (mark?.checkpoint !== checkpoint) {
      return blame(judged, "S16", `${subtask} captures ${checkpoint} without the barrier of ${channel}`)
    }
    return blameIf(
      judged,
      mark.sequence !== sequence || mark.records !== records,
      "S16",
      () =>
        `${subtask} captures ${checkpoint} with ${records} records of ${channel}; ${mark.records} came before the barrier`
    )
  }, noted)
}

/** S4: what one subtask has taken is what the other one had emitted, by the captures of one checkpoint. */
const noteLanded = (known: Known, { id, objects, shared }: Extract<Fact, { readonly _tag: "Landed" }>): Known => {
  const captures = known.captures.filter(({ checkpoint }) => checkpoint === id)
  const isTracked = captures.some((capture) => capture.isTracked)
  const emitted = new Map(
    captures.flatMap((capture) => capture.emitted.map(({ channel, records }) => [channel, records] as const))
  )
  const taken = new Map(
    captures.flatMap((capture) => capture.taken.map(({ channel, records }) => [channel, records] as const))
  )
  const noted: Known = {
    ...known,
    captures: known.captures.filter(({ checkpoint }) => checkpoint > id),
    landed: [...known.landed, id].sort((a, b) => a - b).slice(-remembered),
    restorable: id > known.restorable.id ? { id, objects, shared } : known.restorable
  }
  const missing = [...objects, ...shared].filter((object) => known.objects[object]?.status !== "written")
  const whole = blameIf(
    noted,
    missing.length > 0,
    "S8",
    () => `checkpoint ${id} names ${missing}, which is not written`
  )
  return [...new Set([...emitted.keys(), ...taken.keys()])].reduce(
    (judged: Known, channel: ChannelId) =>
      blameIf(
        judged,
        isTracked
          ? (taken.get(channel) ?? 0) < (emitted.get(channel) ?? 0)
          : emitted.get(channel) !== taken.get(channel),
        "S4",
        () =>
          `checkpoint ${id} holds ${taken.get(channel)} records taken from ${channel} and ${emitted.get(channel)} emitted into it`
      ),
    whole
  )
}

// Storage.

const withStatus = (
  known: Known,
  objects: ReadonlyArray<string>,
  status: KnownObject["status"],
  about: Partial<KnownObject> = {}
): Known => ({
  ...known,
  objects: {
    ...known.objects,
    ...Object.fromEntries(
      objects.map((object) => [object, { holds: [], refersTo: [], ...known.objects[object], ...about, status }])
    )
  }
})

const withoutObjects = (known: Known, objects: ReadonlyArray<string>): Known => ({
  ...known,
  objects: Object.fromEntries(Object.entries(known.objects).filter(([name]) => !objects.includes(name)))
})

const noteWriting = (known: Known, { holds, object }: Extract<Fact, { readonly _tag: "Writing" }>): Known =>
  blameIf(
    withStatus(known, [object], "writing", { holds }),
    object in known.objects,
    "S18",
    () => `object ${object} is written twice`
  )

/** S26, S27: a snapshot refers to nothing but what its base consists of; and that stands. */
const noteShared = (known: Known, { base, object, shared }: Extract<Fact, { readonly _tag: "Shared" }>): Known => {
  const status = known.objects[object]?.status
  const noted = status === undefined ? known : withStatus(known, [object], status, { refersTo: shared })
  const allowed = base === null ? [] : [base.object, ...(known.objects[base.object]?.refersTo ?? [])]
  const stray = shared.filter((other) => !allowed.includes(other))
  const lost = shared.filter((other) => known.objects[other]?.status !== "written")
  const based = blameIf(
    noted,
    base !== null && !known.landed.includes(base.id),
    "S26",
    () => `${object} may refer to ${base?.id}, which does not stand`
  )
  const whole = blameIf(based, lost.length > 0, "S26", () => `${object} refers to ${lost}, which is not there`)
  return blameIf(whole, stray.length > 0, "S27", () => `${object} refers to ${stray}; its base is ${base?.object}`)
}

/** S13: nobody removes what the newest checkpoint names. */
const noteRemoving = (known: Known, objects: ReadonlyArray<string>): Known => {
  const { restorable } = known
  const needed = objects.filter((object) => [...restorable.objects, ...restorable.shared].includes(object))
  const there = objects.filter((object) => object in known.objects)
  return blameIf(
    withStatus(known, there, "removing"),
    needed.length > 0,
    "S13",
    () => `${needed} is removed; ${restorable.id} needs it`
  )
}

const noteFound = (known: Known, { log, objects }: Found): Known => {
  const named = log.flatMap((entry) => ("objects" in entry ? [...entry.objects, ...entry.shared] : []))
  const lost = [
    ...named.filter((object) => !objects.includes(object)),
    ...Object.entries(known.objects).flatMap(([object, { status }]) =>
      status === "written" && !objects.includes(object) ? [object] : []
    )
  ]
  const foreign = objects.filter((object) => !(object in known.objects))
  const standing = withoutObjects(
    known,
    Object.keys(known.objects).filter((object) => !objects.includes(object))
  )
  const settled = withStatus(standing, objects, "written")
  const whole = blameIf(settled, lost.length > 0, "S8", () => `${lost} should stand and does not`)
  return blameIf(
    whole,
    foreign.length > 0,
    "S13",
    () => `${foreign} stands and nobody has written it, or it was removed`
  )
}

// Transactions.

const notePrepared = (known: Known, { id, sink, transaction }: Extract<Fact, { readonly _tag: "Prepared" }>): Known => {
  const transactions = Object.entries({ ...known.transactions, [transaction]: { id, sink } }).slice(-remembered)
  return blameIf(
    { ...known, transactions: Object.fromEntries(transactions) },
    transaction in known.transactions,
    "S18",
    () => `transaction ${transaction} is prepared twice`
  )
}

/** S5: a checkpoint that stands covers every transaction that is being committed. */
const noteCommitting = (
  known: Known,
  { transactions, upTo }: Extract<Fact, { readonly _tag: "Committing" }>
): Known => {
  const early = transactions.filter((text) => {
    const id = known.transactions[text]?.id
    return id === undefined || id > upTo
  })
  const durable = blameIf(
    known,
    !known.landed.includes(upTo),
    "S5",
    () => `${transactions} is committed for ${upTo}, which does not stand`
  )
  return blameIf(
    durable,
    early.length > 0,
    "S5",
    () => `${early} is committed for checkpoint ${upTo}, which does not hold it`
  )
}

/** S20: the transactions that the restored checkpoint holds are dealt out, each to one subtask of its sink. */
const noteRestored = (known: Known, { prepared, share }: Extract<Fact, { readonly _tag: "Restored" }>): Known => {
  const held = known.restorable.objects.flatMap((object) => known.objects[object]?.holds ?? [])
  const expected = held
    .filter((transaction) => known.transactions[transaction]?.sink === share.sink)
    .filter((_, i) => i % share.of === share.index)
    .map((transaction) => ({ id: known.transactions[transaction]?.id ?? 0, transaction }))
  const isSame =
    JSON.stringify(expected) === JSON.stringify(prepared.map(({ id, transaction }) => ({ id, transaction })))
  return blameIf(
    known,
    !isSame,
    "S20",
    () => `${JSON.stringify(prepared)} is to be committed instead of ${JSON.stringify(expected)}`
  )
}

const noteRun = (known: Known, { named, restored, term }: Extract<Fact, { readonly _tag: "RunBegan" }>): Known => {
  const orphans = Object.keys(known.objects).filter(
    (object) => (termOfObject(object) ?? term) < term && !named.includes(object)
  )
  const begun: Known = { ...known, sent: {}, taken: {}, captures: [] }
  const newest = known.restorable.id
  return noteRemoving(
    blameIf(begun, restored !== newest, "S8", () => `${restored} is restored; the newest that stands is ${newest}`),
    orphans
  )
}

const next = (known: Known, fact: Fact): Known => {
  switch (fact._tag) {
    case "RunBegan":
      return noteRun(known, fact)
    case "BarrierSent":
      return noteSent(known, fact)
    case "BarrierTaken":
      return noteTaken(known, fact)
    case "Captured":
      return noteCaptured(known, fact)
    case "Landed":
      return noteLanded(known, fact)
    case "Notified":
      return blameIf(known, !known.landed.includes(fact.id), "S7", () => `${fact.id} is notified and does not stand`)
    case "Writing":
      return noteWriting(known, fact)
    case "Written":
      return known.objects[fact.object]?.status === "writing" ? withStatus(known, [fact.object], "written") : known
    case "Shared":
      return noteShared(known, fact)
    case "Removing":
      return noteRemoving(known, fact.objects)
    case "Removed":
      return withoutObjects(known, fact.objects)
    case "Prepared":
      return notePrepared(known, fact)
    case "Committing":
      return noteCommitting(known, fact)
    case "Restored":
      return noteRestored(known, fact)
    case "Found":
      return noteFound(known, fact)
  }
}

export const facts: History<Known> & { readonly next: (known: Known, fact: Fact) => Known } = { initial, next }
