/** Log entries of a made-up job. */
import type { Claim, End, Invalidation, Manifest } from "../../../../packages/core/src/storage/LogEntry.ts"

const at = "2026-01-01T00:00:00.000Z"

export const manifest = (term: number, id: number, kind: Manifest["kind"] = "checkpoint"): Manifest => ({
  _tag: "Manifest",
  term,
  id,
  kind,
  at,
  pipeline: "job",
  keyGroups: 128,
  parallelism: 1,
  records: id,
  bytes: 3,
  durationMs: 1.5,
  tasks: [{ task: "source", subtasks: [{ index: 0, object: `${term}/${id}/source-0`, size: 3 }] }],
  operators: [{ uid: "source", states: [] }]
})

export const claim = (term: number, from: number, options: Partial<Claim> = {}): Claim => ({
  _tag: "Claim",
  term,
  holder: `leader ${term}`,
  since: at,
  nonce: term,
  idsReserved: { from, to: from + 1000 },
  resumesFrom: null,
  ...options
})

export const invalidation = (term: number, id: number): Invalidation => ({
  _tag: "Invalidation",
  term,
  id,
  reason: "corrupt",
  at,
  detail: "a flipped bit"
})

export const end = (term: number, how: End["end"]): End => ({ _tag: "End", term, end: how, at })
