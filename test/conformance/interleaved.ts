import type { Files } from "@tidemark/core/storage"
import * as Effect from "effect/Effect"

/** Gives way to other fibers before every operation, as a real file system does. */
export const interleaved = (files: Files): Files => {
  const later = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> => Effect.andThen(Effect.yieldNow, effect)
  return {
    makeDirectory: (path) => later(files.makeDirectory(path)),
    write: (path, bytes) => later(files.write(path, bytes)),
    append: (path, bytes) => later(files.append(path, bytes)),
    sync: (path) => later(files.sync(path)),
    syncDirectory: (path) => later(files.syncDirectory(path)),
    link: (from, to) => later(files.link(from, to)),
    rename: (from, to) => later(files.rename(from, to)),
    remove: (path) => later(files.remove(path)),
    read: (path) => later(files.read(path)),
    size: (path) => later(files.size(path)),
    list: (path) => later(files.list(path))
  }
}
