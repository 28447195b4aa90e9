/**
 * Checkpoints in several stores at once: N of them, of which W must have what was acknowledged and R are read.
 *
 * Objects are simply copied (ReplicatedObjects.ts). The log is not: its entries are created once, and with several stores
 * that is a question of who decides. An entry may have reached fewer than W stores when its writer died or lost the
 * answers, and two processes may want the same slot. So the stores vote, and each store's own create-once log is the
 * minutes of its votes: one record after the other, none of them ever changed. The rules are those of Paxos (Lamport,
 * The part-time parliament), with a store's log in the place of an acceptor's memory:
 *
 * P1 Who opens a job takes a ballot higher than all it has read and writes it down in W stores: a promise. A store that has
 *    promised accepts nothing of a lower ballot. It needs no code of its own for that: a record is appended at the position
 *    after the last one, by create-once, so its writer knows all that stood before it (R1), and an older leader loses the
 *    position to the promise, however long it was paused. No clock is involved.
 * P2 Then, before anything else, it decides what is open: of each slot that one of these W stores has accepted an entry
 *    for, the entry of the highest ballot is proposed again, and brought to W stores. An entry that reached fewer than W
 *    stores is decided here: it stands if it is found, and if it is not found among W stores it can never stand, for W are
 *    more than half. That is the answer to "who decides?": the next leader, and whoever looks while it leads; never a reader.
 * P3 A slot is decided when W stores have accepted one entry under one ballot. Two different entries cannot be: a later
 *    ballot has read W stores, at least one of which had accepted the earlier entry, and proposes that one again. Under
 *    one ballot a leader proposes one entry for a slot; when an outcome is unknown it takes a new ballot first.
 * P4 A store may come back empty, or damaged, and have forgotten what it promised: it has no say until the others were
 *    asked again and it was given all that is decided (P5). So that an empty store can be told from a new one, a job is
 *    founded in all N stores, and only then used. Up to N - W stores may be lost at a time: at least 2W - N > 0 of the W
 *    that have an entry remain, and any W of the N - lost ones that are asked are among them.
 * P5 Who lets a store in again takes a new ballot from W others after it has seen the loss: what was decided before with the
 *    help of the lost store is found with one of these, and brought to W of them. The store gets all entries and an index
 *    with that ballot: a promise of its former life is not higher, or the ballot would not have been given. Then the others
 *    are asked once more, and the index is confirmed: only now it takes part. A record that was under way to its
 *    former life makes it take part never (A1).
 * P6 A removed entry leaves its slot marked as retired in W stores. The mark wins over every copy, so a store that was away
 *    brings nothing back (B5), and nobody takes the slot again.
 *
 * DESIGN asks that "the highest term rules; its manifests, or what its claim resumes from, are copied to W stores before
 * use; unclaimed manifests of lower terms are void". The terms are those of the entries, and the rules about them are kept
 * by the reader of the log (logView.ts), as for one store: it reads one log here, too. The votes know nothing of what
 * the entries say, so they may be encrypted.
 */
import type { CheckpointStorage, Holder, JobReader, JobStorage, StorageFailure } from "@tidemark/core/storage"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { makeJobExclusion } from "../jobExclusion.ts"
import { encodeJob } from "../names.ts"
import { Background } from "./Background.ts"
import { keepUp } from "./keepUp.ts"
import { openReplicas } from "./openReplicas.ts"
import { type Quorum, QuorumInvalid, quorumProblems } from "./quorum.ts"
import { Replica } from "./Replica.ts"
import { defaultTuning, type ReplicaTuning } from "./ReplicaTuning.ts"
import { ReplicatedLog } from "./ReplicatedLog.ts"
import { ReplicatedObjects } from "./ReplicatedObjects.ts"
import { replicatedReader } from "./ReplicatedReader.ts"

export interface ReplicatedStorageOptions {
  /** Where the copies go; each on a device, or a machine, of its own. Their order does not matter. */
  readonly stores: ReadonlyArray<CheckpointStorage>
  /** W: how many must have written before something counts as written; a majority if left out. */
  readonly write?: number
  /** R: how many must have been read before something counts as missing; as few as W allows if left out. */
  readonly read?: number
  readonly tuning?: Partial<ReplicaTuning>
}

interface Replicated {
  readonly stores: ReadonlyArray<CheckpointStorage>
  readonly location: string
  readonly quorum: Quorum
  readonly tuning: ReplicaTuning
}

const pathsOf =
  (location: string, job: string): JobReader["pathOf"] =>
  (name) =>
    "object" in name ? `${location} ${job}/objects/${name.object}` : `${location} ${job}/log/${name.slot}`

const newWriter = Effect.map(Effect.all([Random.nextInt, Random.nextInt]), (numbers) =>
  numbers.map((number) => (number >>> 0).toString(36)).join("")
)

const openJob = Effect.fnUntraced(function* (of: Replicated, job: string, holder: Holder) {
  const { location, quorum, stores, tuning } = of
  const pathOf = pathsOf(location, job)
  const writer = yield* newWriter
  const replicas = stores.map(
    (store) => new Replica({ writer, location: store.location, open: store.open(job, holder), tuning })
  )
  yield* Effect.addFinalizer(() => Effect.forEach(replicas, ({ disconnect }) => disconnect, { discard: true }))
  const background = yield* Background.make
  yield* openReplicas({ job, path: `${location} ${job}`, replicas, quorum, background, writer })
  const shared = { replicas, quorum, background, pathOf }
  const log = new ReplicatedLog({ ...shared, writer })
  const objects = new ReplicatedObjects({ ...shared, tuning })
  yield* log.open
  for (const replica of replicas) {
    yield* Effect.forkScoped(keepUp({ replica, log, objects, background, tuning }))
  }
  return jobOf(log, objects, pathOf)
})

const jobOf = (log: ReplicatedLog, objects: ReplicatedObjects, pathOf: JobReader["pathOf"]): JobStorage => ({
  pathOf,
  readObject: (name) => objects.read(name),
  listObjects: objects.list,
  readEntry: (slot) => log.readEntry(slot),
  listEntries: log.listEntries,
  createObject: (name, bytes) => objects.create(name, bytes),
  deleteObject: (name) => objects.remove(name),
  appendEntry: (slot, bytes) => log.appendEntry(slot, bytes),
  deleteEntry: (slot) => log.deleteEntry(slot)
})

const listJobs = (of: Replicated, inspect: CheckpointStorage["inspect"]) =>
  Effect.gen(function* (): Effect.fn.Return<ReadonlyArray<string>, StorageFailure> {
    const lists = yield* Effect.forEach(of.stores, ({ jobs }) => Effect.result(jobs), { concurrency: "unbounded" })
    const found = lists.flatMap((list) => (list._tag === "Success" ? list.success : []))
    const failure = lists.find((list) => list._tag === "Failure")
    const answered = lists.filter(({ _tag }) => _tag === "Success").length
    if (failure?._tag === "Failure" && answered < of.quorum.read) return yield* failure.failure
    const jobs: Array<string> = []
    for (const job of new Set(found)) {
      const reader = yield* inspect(job)
      if ((yield* reader.listEntries).length > 0) jobs.push(job)
    }
    return jobs.sort()
  })

export const ReplicatedStorage = {
  /**
   * Keeps every checkpoint in several stores: it goes on with W of them, and what was acknowledged survives the loss of
   * any N - W.
   *
   * ```ts
   * ReplicatedStorage.make({ stores: [FileStorage.at("/disk1/cp"), FileStorage.at("/disk2/cp"), FileStorage.at("/nfs/cp")] })
   * ```
   * A store that is slow does not slow the others; one that comes back, is empty or damaged is brought up to date while the
   * job runs. A job that is new needs all stores once, at its first opening.
   *
   * Fails: throws {@link QuorumInvalid} for numbers that make no quorum; at open with reason `quorum`, naming what each
   * store lacks.
   */
  make: (options: ReplicatedStorageOptions): CheckpointStorage => {
    const { stores } = options
    const write = options.write ?? Math.floor(stores.length / 2) + 1
    const quorum = { stores: stores.length, write, read: options.read ?? stores.length - write + 1 }
    const problems = quorumProblems(quorum)
    if (problems.length > 0) throw new QuorumInvalid({ quorum, problems })
    const location = `replicated (${stores.map((store) => store.location).join(", ")})`
    const of: Replicated = { stores, location, quorum, tuning: { ...defaultTuning, ...options.tuning } }
    const exclusion = makeJobExclusion(() => location)
    const inspect: CheckpointStorage["inspect"] = (job) =>
      Effect.andThen(
        encodeJob(job),
        replicatedReader({
          ...{ job, stores, quorum },
          tuning: of.tuning,
          path: `${location} ${job}`,
          pathOf: pathsOf(location, job)
        })
      )
    return {
      location,
      jobs: Effect.suspend(() => listJobs(of, inspect)),
      inspect,
      open: Effect.fnUntraced(function* (job: string, holder: Holder) {
        yield* encodeJob(job)
        yield* exclusion.acquire(job, holder)
        return yield* openJob(of, job, holder)
      })
    }
  }
}
