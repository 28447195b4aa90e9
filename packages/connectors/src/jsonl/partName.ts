/**
 * Names of the sink's files. A part is named by checkpoint, term, subtask, job and operator, so that names are never
 * reused (T1) and sort by checkpoint; files of other jobs and operators are never recognised as ours.
 */
import { createHash } from "node:crypto"
import { objectName, type SinkContext } from "@tidemark/core/connector"

/** Distinguishes the files of one job and operator in a directory; `.` occurs in no encoded name. */
export const ownerOf = ({ job, operator }: Pick<SinkContext, "job" | "operator">): string =>
  `${segment(job)}.${segment(operator)}`

const segmentCharsMax = 80

/** Long names are cut and told apart by a hash, so that a file name stays within 255 bytes. */
const segment = (name: string): string => {
  const encoded = objectName(name)
  if (encoded.length <= segmentCharsMax) return encoded
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 16)
  return `${encoded.slice(0, segmentCharsMax - 17)}~${hash}`
}

const padded = (value: number, digits: number): string => String(value).padStart(digits, "0")

export interface PartId {
  readonly checkpoint: number
  readonly term: number
  readonly subtask: number
}

/** The visible name of a part. */
export const partName = (owner: string, { checkpoint, term, subtask }: PartId): string =>
  `part-c${padded(checkpoint, 9)}-t${padded(term, 4)}-s${padded(subtask, 2)}.${owner}.jsonl`

/** The checkpoint of a visible part of this owner, or null for any other file. */
export const checkpointOfPart = (owner: string, name: string): number | null => {
  const match = /^part-c(\d{9,})-t\d{4,}-s\d{2,}\.(.*)\.jsonl$/.exec(name)
  return match === null || match[2] !== owner ? null : Number(match[1])
}

/** The hidden name of a part before it is committed; `cut` counts the parts of one writer. */
export const hiddenName = (
  owner: string,
  { term, subtask, cut }: { readonly term: number; readonly subtask: number; readonly cut: number }
): string => `.tm.${owner}.t${padded(term, 4)}-s${padded(subtask, 2)}-n${padded(cut, 6)}.inprogress`

/** The term of a hidden file of this owner, or null for any other file. */
export const termOfHidden = (owner: string, name: string): number | null => {
  const match = /^\.tm\.(.*)\.(?:t(\d{4,})-s\d{2,}-n\d{6,}\.inprogress|t(\d{4,})\.probe)$/.exec(name)
  return match === null || match[1] !== owner ? null : Number(match[2] ?? match[3])
}

/** A file that is written and removed to find out whether the directory can be written to. */
export const probeName = (owner: string, term: number): string => `.tm.${owner}.t${padded(term, 4)}.probe`
