/**
 * Where the control socket of a running job is: a file in the job's checkpoint directory says so.
 *
 * F1 The socket itself lies in a private directory of the system's temporary files, under a short name: the path of a
 *    socket may have about 100 bytes, that of a checkpoint directory more.
 * F2 The file outlives a process that is killed. A socket that nobody listens to, or that is not ours, is no socket.
 */
import { lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { JobReader } from "@tidemark/core/storage"
import { Result, Schema } from "effect"

const ControlFile = Schema.Struct({ socket: Schema.String, process: Schema.Int })
export type ControlFile = typeof ControlFile.Type

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(ControlFile))

/** The directory of a job whose log is in files; null for one that is elsewhere. */
export const jobDirectory = (reader: JobReader): string | null => {
  const directory = dirname(dirname(reader.pathOf({ slot: 1 })))
  return isDirectory(directory) ? directory : null
}

const isDirectory = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

const controlFile = (directory: string): string => join(directory, ".control.json")

export const writeControlFile = (directory: string, content: ControlFile): void => {
  const path = controlFile(directory)
  writeFileSync(`${path}.tmp`, `${JSON.stringify(content)}\n`, { mode: 0o600 })
  renameSync(`${path}.tmp`, path)
}

/** Null without a file, and for one that was not written by {@link writeControlFile}. */
export const readControlFile = (directory: string): ControlFile | null => {
  try {
    const decoded = decode(readFileSync(controlFile(directory), "utf8"))
    return Result.isSuccess(decoded) ? decoded.success : null
  } catch {
    return null
  }
}

/** Removes the file if it still names this socket. */
export const removeControlFile = (directory: string, socket: string): void => {
  if (readControlFile(directory)?.socket === socket) rmSync(controlFile(directory), { force: true })
}

const isPipe = (socket: string): boolean => socket.startsWith("\\\\.\\pipe\\")

/**
 * F2: whether a socket is one of ours: a socket of this user, in a directory that is open to nobody else. Somebody else
 * may have made files of this name after we were gone.
 */
export const isOwnSocket = (socket: string): boolean => {
  if (isPipe(socket)) return true
  const file = lstatSync(socket, { throwIfNoEntry: false })
  const directory = lstatSync(dirname(socket), { throwIfNoEntry: false })
  if (file === undefined || directory === undefined || !file.isSocket() || !directory.isDirectory()) return false
  const user = process.getuid?.() ?? file.uid
  const isOurs = (owner: number): boolean => owner === user || user === 0
  return isOurs(file.uid) && isOurs(directory.uid) && (directory.mode & 0o077) === 0
}
