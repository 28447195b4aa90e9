/** Votes on the entries of a job's log, for one process that has the job open; see ReplicatedStorage.ts for why it is right. */
import { type JobStorage, StorageFailure } from "@tidemark/core/storage"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Semaphore from "effect/Semaphore"
import { checkSlot } from "../names.ts"
import type { Acceptor, Value } from "./Acceptor.ts"
import { type Answers, type Background, countOf } from "./Background.ts"
import { failureAmong, outcomeOf, type Quorum, tooFew } from "./quorum.ts"
import type { Decision, Replica } from "./Replica.ts"
import { type Ballot, isHigher, isSameBallot, recordOf } from "./record.ts"
import { SlotSet } from "./slots.ts"
import { tally } from "./tally.ts"

export interface ReplicatedLogOptions {
  readonly replicas: ReadonlyArray<Replica>
  readonly quorum: Quorum
  readonly background: Background
  /** No other process, and no other opening, has it. */
  readonly writer: string
  readonly pathOf: JobStorage["pathOf"]
}

/** What a store says to a vote. */
type Vote = "accepted" | "outvoted" | "retired" | "no say"

/** Under a ballot that at least W stores have promised. */
interface Lead {
  readonly ballot: Ballot
  readonly promised: ReadonlyArray<Replica>
}

type Proposal = "decided" | "outvoted" | "retired"

export class ReplicatedLog {
  readonly #of: ReplicatedLogOptions
  /** One operation at a time: an older one that is under way may still take the slot. */
  readonly #turn = Semaphore.makeUnsafe(1)
  /** Under which we may propose without asking; null before we have asked, and whenever an outcome is unknown. */
  #ballot: Ballot | null = null
  #round = 0
  #proposals = 0
  readonly #decided = new Map<number, Value>()
  readonly #retired = new SlotSet()

  constructor(options: ReplicatedLogOptions) {
    this.#of = options
  }

  /** Asks for the lead, and brings what counts to W stores. */
  readonly open: Effect.Effect<void, StorageFailure> = Effect.suspend(() => this.#alone(this.#lead))

  readonly listEntries: Effect.Effect<ReadonlyArray<number>, StorageFailure> = Effect.suspend(() =>
    this.#alone(
      Effect.andThen(
        this.#look("list the log", "log"),
        Effect.sync(() => this.#slots())
      )
    )
  )

  readEntry(slot: number): Effect.Effect<Uint8Array, StorageFailure> {
    const path = this.#of.pathOf({ slot })
    const known = Effect.suspend(() => {
      const bytes = this.#retired.has(slot) ? undefined : this.#decided.get(slot)?.bytes
      return bytes === undefined
        ? Effect.fail(new StorageFailure({ operation: "read", path, reason: "missing", outcome: "none" }))
        : Effect.succeed(bytes.slice())
    })
    const looked = this.#alone(Effect.andThen(this.#look("read", path), known))
    return Effect.andThen(
      checkSlot("read entry", slot),
      Effect.catch(known, () => looked)
    )
  }

  appendEntry(slot: number, bytes: Uint8Array): Effect.Effect<"appended" | "taken", StorageFailure> {
    const append = Effect.suspend(() =>
      this.#append(slot, { id: `${this.#of.writer}.${++this.#proposals}`, bytes: new Uint8Array(bytes) })
    )
    return Effect.andThen(checkSlot("append entry", slot), this.#alone(append))
  }

  /** A removed entry stays removed: its slot is marked, for stores that still hold it. */
  deleteEntry(slot: number): Effect.Effect<void, StorageFailure> {
    const operation = "delete entry"
    const path = this.#of.pathOf({ slot })
    const remove = Effect.gen({ self: this }, function* () {
      if (!this.#decided.has(slot)) yield* this.#look(operation, path)
      if (!this.#decided.has(slot) && !this.#retired.has(slot)) return
      const { background, quorum, replicas } = this.#of
      const answers = yield* background.gather(
        replicas,
        (replica) =>
          replica.write((acceptor) =>
            acceptor.standing === "sound" ? retirement(acceptor, [[slot, slot]]) : { record: null, answer: false }
          ),
        (all) => countOf(all, isTrue) >= quorum.write
      )
      this.#learn()
      if (countOf(answers, isTrue) < quorum.write) return yield* this.#refusal({ operation, path }, answers)
      yield* this.#clean
    })
    return Effect.andThen(checkSlot(operation, slot), this.#alone(remove))
  }

  /** Writes to a store all that is decided and that it does not hold. */
  catchUp(replica: Replica): Effect.Effect<void, StorageFailure> {
    return Effect.gen({ self: this }, function* () {
      while (yield* replica.write((acceptor) => this.#nextMissing(acceptor)));
    })
  }

  /** Lets a store take part that is new, or has forgotten something: the others are asked again first (P5). */
  admit(replica: Replica): Effect.Effect<void, StorageFailure> {
    return Effect.gen({ self: this }, function* () {
      const ballot = yield* this.#alone(this.#lead)
      const id = replica.newIndex()
      // In one decision: what was written before may have been forgotten again.
      const next = (acceptor: Acceptor): Decision<boolean> => {
        const missing = this.#nextMissing(acceptor)
        if (missing.record !== null || acceptor.standing === "sound") return missing
        return { record: recordOf(acceptor.index(id, ballot)), answer: false }
      }
      while (yield* replica.write(next));
      // Until the index is confirmed the store has no say: it may have been lost again while the others were asked.
      if (replica.isSound) return
      yield* this.#alone(this.#lead)
      yield* replica.confirm(id)
    })
  }

  #slots(): ReadonlyArray<number> {
    return [...this.#decided.keys()].sort((a, b) => a - b)
  }

  #alone<A>(effect: Effect.Effect<A, StorageFailure>): Effect.Effect<A, StorageFailure> {
    return this.#turn.withPermits(1)(effect)
  }

  #append(slot: number, value: Value): Effect.Effect<"appended" | "taken", StorageFailure> {
    return Effect.gen({ self: this }, function* () {
      let hasProposed = false
      for (;;) {
        if (this.#retired.has(slot)) return "taken"
        const decided = this.#decided.get(slot)
        if (decided !== undefined) return decided.id === value.id ? "appended" : "taken"
        const lead = this.#ballot === null ? this.#lead : Effect.succeed(this.#ballot)
        const ballot = yield* hasProposed ? Effect.mapError(lead, asUnknown) : lead
        if (this.#decided.has(slot) || this.#retired.has(slot)) continue
        this.#ballot = null // Unless the vote is clear.
        const proposal = this.#propose(ballot, slot, value)
        const outcome = yield* hasProposed ? Effect.mapError(proposal, asUnknown) : proposal
        hasProposed = true
        if (outcome === "decided") this.#ballot = ballot
      }
    })
  }

  /** Makes ours the highest ballot on W stores, and decides what of earlier ones may have been decided. */
  readonly #lead: Effect.Effect<Ballot, StorageFailure> = Effect.gen({ self: this }, function* () {
    this.#ballot = null
    for (let attempt = 1; ; attempt++) {
      const lead = yield* this.#ask
      if (lead !== null && (yield* this.#settle(lead))) {
        this.#ballot = lead.ballot
        return lead.ballot
      }
      // Two that fell in step would outvote each other again and again.
      yield* Effect.sleep(yield* Random.nextIntBetween(1, 10 * Math.min(attempt, 20)))
    }
  })

  /** Null if somebody else has a higher ballot. */
  readonly #ask: Effect.Effect<Lead | null, StorageFailure> = Effect.gen({ self: this }, function* () {
    const { background, quorum, replicas, writer } = this.#of
    this.#round = Math.max(this.#round, ...replicas.map(({ acceptor }) => acceptor.promised?.[0] ?? 0)) + 1
    const ballot: Ballot = [this.#round, writer]
    const answers = yield* background.gather(
      replicas,
      (replica) => replica.write((acceptor) => promise(acceptor, ballot)),
      (all) => countOf(all, isAccepted) >= quorum.write || countOf(all, isOutvoted) > 0
    )
    if (countOf(answers, isAccepted) >= quorum.write) {
      const promised = answers.filter(({ result }) => Result.isSuccess(result) && result.success === "accepted")
      return { ballot, promised: promised.map(({ from }) => from) }
    }
    if (countOf(answers, isOutvoted) > 0) return null
    return yield* this.#refusal({ operation: "take the lead of", path: "the log", outcome: "none" }, answers)
  })

  /** False if somebody else has a higher ballot by now. */
  #settle({ ballot, promised }: Lead): Effect.Effect<boolean, StorageFailure> {
    return Effect.gen({ self: this }, function* () {
      const { background, quorum, replicas } = this.#of
      this.#learn()
      // All W that have promised are asked, also one that has promised more to somebody else since (P2).
      if (!promised.every(({ isSound }) => isSound)) return false
      const { open } = tally(
        promised.map(({ acceptor }) => acceptor),
        quorum.write
      )
      for (const [slot, { value }] of [...open].sort(([a], [b]) => a - b)) {
        if (this.#decided.has(slot) || this.#retired.has(slot)) continue
        if ((yield* this.#propose(ballot, slot, value)) === "outvoted") return false
      }
      const answers = yield* background.gather(
        replicas.filter(({ isSound }) => isSound),
        (replica) => Effect.as(this.catchUp(replica), true),
        (all) => countOf(all, isTrue) >= quorum.write
      )
      if (countOf(answers, isTrue) >= quorum.write) return true
      return yield* this.#refusal({ operation: "bring up to date", path: "the log", outcome: "none" }, answers)
    })
  }

  #propose(ballot: Ballot, slot: number, value: Value): Effect.Effect<Proposal, StorageFailure> {
    return Effect.gen({ self: this }, function* () {
      const { background, pathOf, quorum, replicas } = this.#of
      const answers = yield* background.gather(
        replicas,
        (replica) => replica.write((acceptor) => acceptance(acceptor, { ballot, slot, value })),
        (all) => countOf(all, isAccepted) >= quorum.write || countOf(all, isSettled) > 0
      )
      this.#learn()
      if (countOf(answers, isAccepted) >= quorum.write) {
        this.#decided.set(slot, value)
        return "decided"
      }
      if (countOf(answers, isRetired) > 0) return "retired"
      if (countOf(answers, isOutvoted) > 0) return "outvoted"
      return yield* this.#refusal({ operation: "append entry", path: pathOf({ slot }) }, answers)
    })
  }

  /** Reads what R stores say now. Decides what is open, unless it is void under our ballot. */
  #look(operation: string, path: string): Effect.Effect<void, StorageFailure> {
    return Effect.gen({ self: this }, function* () {
      const { background, quorum, replicas } = this.#of
      const answers = yield* background.gather(
        replicas,
        (replica) => Effect.map(replica.refresh, () => replica.isSound),
        (all) => countOf(all, isTrue) >= quorum.read
      )
      if (countOf(answers, isTrue) < quorum.read) {
        return yield* this.#refusal({ operation, path, need: quorum.read, outcome: "none" }, answers)
      }
      const open = this.#learn()
      const isOpen = [...open.values()].some(({ ballot }) => isHigher(ballot, this.#ballot))
      if (isOpen) yield* this.#lead
    })
  }

  /** Takes over what the stores' records say, and answers what they leave open. */
  #learn() {
    const sound = this.#of.replicas.filter(({ acceptor }) => acceptor.standing === "sound")
    const found = tally(
      sound.map(({ acceptor }) => acceptor),
      this.#of.quorum.write
    )
    this.#retired.addAll(found.retired.ranges)
    for (const [slot, value] of found.decided) if (!this.#decided.has(slot)) this.#decided.set(slot, value)
    for (const slot of this.#decided.keys()) if (this.#retired.has(slot)) this.#decided.delete(slot)
    return new Map([...found.open].filter(([slot]) => !this.#decided.has(slot) && !this.#retired.has(slot)))
  }

  #nextMissing(acceptor: Acceptor): Decision<boolean> {
    for (const [slot, { bytes, id }] of this.#decided) {
      if (acceptor.held.get(slot)?.value.id === id || acceptor.retired.has(slot)) continue
      return { record: recordOf({ kind: "chosen", slot, id }, bytes), answer: true }
    }
    return { ...retirement(acceptor, this.#retired.ranges), answer: !acceptor.retired.covers(this.#retired) }
  }

  readonly #clean: Effect.Effect<void> = Effect.suspend(() =>
    Effect.forEach(
      this.#of.replicas.filter(({ isSound }) => isSound),
      (replica) => this.#of.background.start(Effect.ignore(replica.clean)),
      { discard: true }
    )
  )

  #refusal<A>(
    what: {
      readonly operation: string
      readonly path: string
      readonly need?: number
      readonly outcome?: StorageFailure["outcome"]
    },
    answers: Answers<Replica, A>
  ): StorageFailure {
    const { quorum, replicas } = this.#of
    return tooFew({
      need: quorum.write,
      outcome: outcomeOf(answers, replicas),
      ...what,
      stores: replicas,
      problemOf: (replica) => replica.whyNot ?? failureAmong(answers, replica)?.message ?? null
    })
  }
}

const isTrue = (answer: boolean): boolean => answer
const isAccepted = (vote: Vote): boolean => vote === "accepted"
const isOutvoted = (vote: Vote): boolean => vote === "outvoted"
const isRetired = (vote: Vote): boolean => vote === "retired"
const isSettled = (vote: Vote): boolean => isOutvoted(vote) || isRetired(vote)

const asUnknown = ({ cause, operation, path, reason }: StorageFailure): StorageFailure =>
  new StorageFailure({ operation, path, reason, outcome: "unknown", ...(cause === undefined ? {} : { cause }) })

const promise = (acceptor: Acceptor, ballot: Ballot): Decision<Vote> => {
  if (acceptor.standing !== "sound") return { record: null, answer: "no say" }
  if (isSameBallot(ballot, acceptor.promised)) return { record: null, answer: "accepted" }
  if (!isHigher(ballot, acceptor.promised)) return { record: null, answer: "outvoted" }
  return { record: recordOf({ kind: "promise", ballot }), answer: "accepted" }
}

const acceptance = (
  acceptor: Acceptor,
  { ballot, slot, value }: { readonly ballot: Ballot; readonly slot: number; readonly value: Value }
): Decision<Vote> => {
  if (acceptor.standing !== "sound") return { record: null, answer: "no say" }
  if (acceptor.retired.has(slot)) return { record: null, answer: "retired" }
  const held = acceptor.held.get(slot)
  if (held !== undefined && held.ballot === null) {
    return { record: null, answer: held.value.id === value.id ? "accepted" : "outvoted" }
  }
  if (acceptor.promised !== null && isHigher(acceptor.promised, ballot)) return { record: null, answer: "outvoted" }
  if (held?.value.id === value.id && isSameBallot(held.ballot, ballot)) return { record: null, answer: "accepted" }
  return { record: recordOf({ kind: "accept", ballot, slot, id: value.id }, value.bytes), answer: "accepted" }
}

/** Marks slots as retired at a store that does not know it. */
const retirement = (acceptor: Acceptor, slots: SlotSet["ranges"]): Decision<boolean> => ({
  record: acceptor.retired.covers(SlotSet.of(slots)) ? null : recordOf({ kind: "retire", slots }),
  answer: true
})
