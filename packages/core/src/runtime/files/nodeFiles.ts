/**
 * The file system of the machine, over `node:fs`. An interrupted call is not taken back: what it asked for may still
 * happen, so its outcome is unknown.
 */
import * as fs from "node:fs/promises"
import { dirname, resolve } from "node:path"
import * as Effect from "effect/Effect"
import type { StorageFailure } from "../../model/errors.ts"
import type { Files } from "../../storage/Files.ts"
import { type FileCall, fileFailure } from "./fileFailure.ts"

const attempt = <A>(call: FileCall, run: () => Promise<A>): Effect.Effect<A, StorageFailure> =>
  Effect.tryPromise({ try: run, catch: (cause) => fileFailure(call, cause) })

const withHandle = async (
  path: string,
  flags: string,
  use: (handle: fs.FileHandle) => Promise<void>
): Promise<void> => {
  const handle = await fs.open(path, flags)
  try {
    await use(handle)
  } finally {
    await handle.close()
  }
}

// Windows has no handle for a directory; its names are durable with the file.
const hasDirectoryHandles = process.platform !== "win32"

const syncNames = (path: string): Promise<void> =>
  hasDirectoryHandles ? withHandle(path, "r", (handle) => handle.sync()) : Promise.resolve()

const makeDirectories = async (path: string): Promise<void> => {
  const target = resolve(path)
  const first = await fs.mkdir(target, { recursive: true })
  if (first === undefined) return
  for (let made = target; ; made = dirname(made)) {
    await syncNames(dirname(made))
    if (made === resolve(first)) return
  }
}

const removeFile = async (path: string): Promise<void> => {
  try {
    await fs.unlink(path)
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "ENOENT")) throw cause
  }
}

// A Buffer's `slice` shares memory, that of a Uint8Array copies: callers get the latter, without a copy here.
const readBytes = async (path: string): Promise<Uint8Array> => {
  const buffer = await fs.readFile(path)
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}

export const nodeFiles: Files = {
  makeDirectory: (path) => attempt({ operation: "makeDirectory", path }, () => makeDirectories(path)),
  // `FileHandle.writeFile` goes on after a short write until all bytes are written.
  write: (path, bytes) =>
    attempt({ operation: "write", path }, () => withHandle(path, "w", (handle) => handle.writeFile(bytes))),
  append: (path, bytes) =>
    attempt({ operation: "append", path }, () => withHandle(path, "a", (handle) => handle.writeFile(bytes))),
  sync: (path) => attempt({ operation: "sync", path }, () => withHandle(path, "r+", (handle) => handle.sync())),
  syncDirectory: (path) => attempt({ operation: "syncDirectory", path }, () => syncNames(path)),
  link: (from, to) => attempt({ operation: "link", path: to }, () => fs.link(from, to)),
  rename: (from, to) => attempt({ operation: "rename", path: to }, () => fs.rename(from, to)),
  remove: (path) => attempt({ operation: "remove", path }, () => removeFile(path)),
  read: (path) => attempt({ operation: "read", path }, () => readBytes(path)),
  size: (path) => attempt({ operation: "size", path }, async () => (await fs.stat(path)).size),
  list: (path) => attempt({ operation: "list", path }, async () => (await fs.readdir(path)).sort())
}
