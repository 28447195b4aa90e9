/**
 * Where things are in a checkpoint directory. Whatever does not look like this belongs to somebody else: it is neither
 * listed nor touched.
 *
 * ```
 * <directory>/.lock            held by the process that writes
 * <directory>/.holder.json     who that is, for the message of a second one
 * <directory>/<job>/log/0000000001.json
 * <directory>/<job>/objects/1+7+daily-delays+0.state     the object 1/7/daily-delays/0.state
 * <directory>/<job>/.tmp-…     being written
 * ```
 * Objects lie flat in one directory: a deleted one leaves no empty directories behind, and one sync covers all names.
 */
import { nameOfObject, objectName } from "@tidemark/core/storage"
import { isObjectName } from "../names.ts"

export interface JobLayout {
  readonly directory: string
  readonly log: string
  readonly objects: string
  readonly entry: (slot: number) => string
  readonly object: (name: string) => string
}

/** `job` is the encoded name. */
export const jobLayout = (root: string, job: string): JobLayout => {
  const directory = `${root}/${job}`
  const log = `${directory}/log`
  const objects = `${directory}/objects`
  return {
    directory,
    log,
    objects,
    entry: (slot) => `${log}/${String(slot).padStart(10, "0")}.json`,
    object: (name) => `${objects}/${name.replaceAll("/", "+")}`
  }
}

/** The slot of a file in `log`, or null for a foreign one. */
export const slotOf = (file: string): number | null => {
  const digits = /^(\d{10}|[1-9]\d{10,15})\.json$/.exec(file)?.[1]
  return digits === undefined ? null : Number(digits)
}

/** The object of a file in `objects`, or null for a foreign one. */
export const objectOf = (file: string): string | null => {
  const name = file.replaceAll("+", "/")
  return isObjectName(name) ? name : null
}

/** The job of a directory, or null for a foreign one. */
export const jobOf = (directory: string): string | null => {
  if (directory === "") return null
  const job = nameOfObject(directory)
  return objectName(job) === directory ? job : null
}

export const temporaryName = (token: string, count: number): string => `.tmp-${token}-${count}`

export const isTemporary = (file: string): boolean => /^\.tmp-[0-9a-z]+-\d+$/.test(file)
