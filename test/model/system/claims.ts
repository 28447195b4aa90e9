/**
 * Claiming the log step by step, as `claimLog` and `decideClaim` do it: read, decide, load, ask the witnesses, append,
 * and look whether anything stands above. Pure functions; whatever happens between two steps happens.
 */
import type { Effect } from "../../../packages/checker/src/system/Effect.ts"
import { endsData } from "../../../packages/core/src/model/Barrier.ts"
import type { CheckpointId } from "../../../packages/core/src/model/ids.ts"
import type { RestoreMode } from "../../../packages/core/src/model/RestoreMode.ts"
import type { Claimed } from "../../../packages/core/src/protocol/jobMessages.ts"
import type { FailureReport, Resume } from "../../../packages/core/src/protocol/policy.ts"
import { decideResume } from "../../../packages/core/src/protocol/resumeDecider.ts"
import type { Claim, Manifest } from "../../../packages/core/src/storage/LogEntry.ts"
import {
  isKept,
  type LogView,
  type PlacedEntry,
  type PlacedManifest,
  viewLog
} from "../../../packages/core/src/storage/logView.ts"
import type { DesignMutant } from "./Config.ts"
import { claimEntry, objectsOf, ownObjectsOf } from "./entries.ts"
import type { ClaimBase, ClaimPhase, JobEnvironment, Point } from "./JobState.ts"
import type { Asked, JobMail, LedgerOperation, LogOperation, StoreOperation } from "./messages.ts"
import { places } from "./names.ts"

export type ClaimProgress =
  | { readonly _tag: "Goes"; readonly phase: ClaimPhase; readonly effects: ReadonlyArray<Effect> }
  | { readonly _tag: "Holds"; readonly base: ClaimBase; readonly claim: Claim; readonly point: Point | null }
  | { readonly _tag: "Unneeded" }
  | { readonly _tag: "Failed"; readonly failure: FailureReport }

/** A claim under way. */
export interface Claiming {
  readonly env: JobEnvironment
  readonly of: Asked
  readonly nonce: number
  /** The user's choice, or the latest where this process has had a claim already. */
  readonly resume: Resume
  /** Whose it is, if the user has named what to restore. */
  readonly mode: RestoreMode | null
  readonly phase: ClaimPhase
}

const onLog = (operation: LogOperation): Effect => ({ _tag: "Request", resource: places.log, operation })
const onStore = (operation: StoreOperation): Effect => ({ _tag: "Request", resource: places.store, operation })
const onLedger = (operation: LedgerOperation): Effect => ({ _tag: "Request", resource: places.ledger, operation })

const failed = (retry: FailureReport["retry"]): ClaimProgress => ({ _tag: "Failed", failure: { retry, record: null } })

export const beginClaim = (env: JobEnvironment, of: Asked): ClaimProgress => ({
  _tag: "Goes",
  phase: { at: "reading" },
  effects: [onLog({ op: "read", of, to: env.mailbox })]
})

/** What an answer makes of a claim; null if the claim has not asked for it. */
export const continueClaim = (claiming: Claiming, mail: JobMail): ClaimProgress | null => {
  const { env, of, phase, nonce } = claiming
  switch (mail.type) {
    case "log.read":
      return phase.at === "reading" ? decide(claiming, mail.entries) : null
    case "store.loaded": {
      if (phase.at !== "loading") return null
      const { base, candidates } = phase
      const manifest = candidates.find(({ id }) => id === mail.found)
      if (manifest === undefined) return failed("never") // NothingToRestore
      const { mode } = claiming
      const isNamed = mode !== null || base.restored?.id === manifest.id
      const isDrained = env.settings.mutant !== "drainIsForgotten" && !isNamed && endsData(manifest.kind)
      const point: Point = { manifest, corrupt: mail.corrupt, unheld: [], isDrained }
      const named = mode === null || env.settings.mutant === "restoreForgetsMode" ? {} : { restores: mode }
      return ask(claiming, { base, point, resumesFrom: candidates[0]?.id ?? null, ...named })
    }
    case "ledger.shown":
      if (phase.at !== "asking") return null
      if (mail.visible > (phase.point.manifest?.id ?? 0)) return failed("never") // OutputAhead
      return appendClaim(claiming, phase)
    case "log.answered": {
      if (phase.at !== "appending" || mail.nonce !== nonce) return null
      const { base, claim, point } = phase
      if (mail.result === "taken") return beginClaim(env, of)
      if (mail.result === "failed") return failed("restart")
      if (mail.result === "unknown") return { _tag: "Goes", phase, effects: [appendOf(claiming, base, claim)] }
      const listing: ClaimPhase = { at: "listing", base, claim, point }
      return { _tag: "Goes", phase: listing, effects: [onLog({ op: "list", of, to: env.mailbox })] }
    }
    case "log.listed": {
      if (phase.at !== "listing") return null
      const { base, claim, point } = phase
      return mail.lastSlot > base.slot ? beginClaim(env, of) : { _tag: "Holds", base, claim, point } // J4
    }
    case "asked.failed":
      return failed("restart")
    default:
      return null
  }
}

const baseOf = (
  entries: ReadonlyArray<PlacedEntry>,
  mutant: DesignMutant | null
): ClaimBase & { readonly end: "finished" | "cancelled" | null } => {
  const view = viewLog({ entries, damaged: [], lastSlot: entries.at(-1)?.slot ?? 0 })
  return {
    slot: view.lastSlot + 1,
    term: view.term,
    idsEnd: view.idsEnd,
    before: allIn(view).map(({ slot, manifest }) => ({ id: manifest.id, slot, objects: objectsOf(manifest) })),
    named: entries.flatMap(({ entry }) => {
      if (entry._tag !== "Manifest") return []
      return mutant === "sweepForgetsShared" ? ownObjectsOf(entry) : objectsOf(entry)
    }),
    completed: view.completed.map(({ manifest }) => manifest),
    savepoints: view.savepoints.map(({ manifest }) => manifest),
    restored: view.restored,
    end: view.end
  }
}

const decide = (claiming: Claiming, entries: ReadonlyArray<PlacedEntry>): ClaimProgress => {
  const { env, of, resume } = claiming
  const { end, ...base } = baseOf(entries, env.settings.mutant)
  const newest = base.completed.at(-1)?.id ?? null
  if (of.activity === "end") return appendClaim(claiming, { base, resumesFrom: newest, point: null })
  const savepoints = base.savepoints.map(({ id }) => id)
  const decision = decideResume({ resume, completed: base.completed, savepoints, end })
  if (decision._tag === "AlreadyEnded") return { _tag: "Unneeded" }
  if (decision._tag === "Unknown") return failed("never")
  const ids = env.settings.mutant === "resumesFromOldest" ? [...decision.candidates].reverse() : decision.candidates
  const candidates = ids.flatMap((id) =>
    [...base.completed, ...base.savepoints].filter((manifest) => manifest.id === id).slice(0, 1)
  )
  if (candidates.length === 0) {
    return ask(claiming, {
      base,
      resumesFrom: null,
      point: { manifest: null, corrupt: [], unheld: [], isDrained: false }
    })
  }
  const load: StoreOperation = {
    op: "load",
    candidates: candidates.map((manifest) => ({ id: manifest.id, objects: objectsOf(manifest) })),
    ...{ of, to: env.mailbox }
  }
  return { _tag: "Goes", phase: { at: "loading", base, candidates }, effects: [onStore(load)] }
}

/** What a claim that is about to be appended says. */
interface Decided {
  readonly base: ClaimBase
  readonly resumesFrom: CheckpointId | null
  readonly restores?: RestoreMode
  readonly point: Point | null
}

const ask = ({ env, of }: Claiming, decided: Decided & { readonly point: Point }): ClaimProgress => ({
  _tag: "Goes",
  phase: { at: "asking", ...decided },
  effects: [onLedger({ op: "show", of, to: env.mailbox })]
})

const appendClaim = (claiming: Claiming, { base, resumesFrom, restores, point }: Decided): ClaimProgress => {
  const { env, nonce } = claiming
  const from = env.settings.mutant === "idsStartOver" ? 1 : base.idsEnd
  const claim = claimEntry({
    ...{ term: base.term + 1, holder: env.process, nonce, resumesFrom },
    ...(restores === undefined ? {} : { restores }),
    idsReserved: { from, to: from + env.settings.idBlock }
  })
  const phase: ClaimPhase = { at: "appending", base, claim, point }
  return { _tag: "Goes", phase, effects: [appendOf(claiming, base, claim)] }
}

const appendOf = ({ env, nonce }: Claiming, { slot }: ClaimBase, entry: Claim): Effect =>
  onLog({ op: "append", slot, entry, nonce, to: env.mailbox })

const allIn = ({ completed, savepoints }: LogView): ReadonlyArray<PlacedManifest> => [
  ...completed,
  ...savepoints.filter(({ slot }) => !completed.some((other) => other.slot === slot))
]

/** What counts since the claim and is the job's, and what is the user's, as the machine is told. */
export const standingAfter = (
  { completed, restored, savepoints }: ClaimBase,
  { resumesFrom, restores }: Claim
): Pick<Claimed, "recorded" | "kept"> => {
  const newest = resumesFrom ?? 0
  const said = restores === undefined ? restored : { id: newest, mode: restores }
  const named = savepoints.filter(({ id }) => restores !== undefined && id === newest)
  const counting = [...completed.filter(({ id }) => id <= newest), ...named]
  const idsOf = (found: ReadonlyArray<Manifest>) => [...new Set(found.map(({ id }) => id))].sort((a, b) => a - b)
  const isUsers = (manifest: Manifest) => isKept({ restored: said }, manifest)
  return {
    recorded: idsOf(counting.filter((manifest) => !isUsers(manifest))),
    kept: idsOf([...counting, ...savepoints].filter(isUsers))
  }
}
