/**
 * Names of the sink's files. A part is named by checkpoint, term, subtask, job and operator, so that names are never
 * reused (T1) and sort by checkpoint; files of other jobs and operators are never recognised as ours.
 */
import { type SinkContext, shortObjectName } from "@tidemark/core/connector"

/** Distinguishes the files of one job and operator in a directory; `.` occurs in no encoded name. */
export const ownerOf = ({ job, operator }: Pick<SinkContext, "job" | "operator">, extension: string): Owner => ({
  name: `${segment(job)}.${segment(operator)}`,
  extension
})

const segmentCharsMax = 80

/** A file name has at most 255 bytes. */
const segment = (name: string): string => shortObjectName(name, segmentCharsMax)

const padded = (value: number, digits: number): string => String(value).padStart(digits, "0")

export interface PartId {
  readonly checkpoint: number
  readonly term: number
  readonly subtask: number
}

/** Whose files they are, and of what kind: `jsonl`, `csv`. */
export interface Owner {
  readonly name: string
  readonly extension: string
}

/** The visible name of a part. */
export const partName = ({ extension, name }: Owner, { checkpoint, term, subtask }: PartId): string =>
  `part-c${padded(checkpoint, 9)}-t${padded(term, 4)}-s${padded(subtask, 2)}.${name}.${extension}`

/** The checkpoint of a visible part of this owner, or null for any other file. */
export const checkpointOfPart = (owner: Owner, name: string): number | null => {
  const match = /^part-c(\d{9,})-t\d{4,}-s\d{2,}\.(.*)\.([^.]*)$/.exec(name)
  return match === null || match[2] !== owner.name || match[3] !== owner.extension ? null : Number(match[1])
}

/** The hidden name of a part before it is committed; `cut` counts the parts of one writer. */
export const hiddenName = (
  { name }: Owner,
  { term, subtask, cut }: { readonly term: number; readonly subtask: number; readonly cut: number }
): string => `.tm.${name}.t${padded(term, 4)}-s${padded(subtask, 2)}-n${padded(cut, 6)}.inprogress`

/** The term of a hidden file of this owner, or null for any other file. */
export const termOfHidden = (owner: Owner, name: string): number | null => {
  const match = /^\.tm\.(.*)\.(?:t(\d{4,})-s\d{2,}-n\d{6,}\.inprogress|t(\d{4,})\.probe)$/.exec(name)
  return match === null || match[1] !== owner.name ? null : Number(match[2] ?? match[3])
}

/** A file that is written and removed to find out whether the directory can be written to. */
export const probeName = ({ name }: Owner, term: number): string => `.tm.${name}.t${padded(term, 4)}.probe`
