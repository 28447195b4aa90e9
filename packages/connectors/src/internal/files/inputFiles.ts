/**
 * The files of a source: which there are, and whether they are still the ones that the job began with.
 */
import { createHash } from "node:crypto"
import { type FileHandle, open, readdir, stat } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { SourceFailure, type Split } from "@tidemark/core/connector"
import { Effect, Schema } from "effect"
import { changedFailure, triedRead as tried } from "../sourceFailures.ts"
import { isPattern, patternOf } from "./namePattern.ts"

/** One file, or a directory, or a pattern of file names in a directory (`logs/2026-*.jsonl`), or a list of files. */
export type InputPath = string | ReadonlyArray<string>

/** What a source reads of a directory. */
export interface FileKind {
  /** Ends of file names, the dot included. */
  readonly extensions: ReadonlyArray<string>
}

const FileSpec = Schema.Struct({ path: Schema.String, bytes: Schema.Int, fingerprint: Schema.String })
export type FileSpec = typeof FileSpec.Type
export const decodeFileSpec = Schema.decodeUnknownSync(FileSpec)

/** Splits are files, sorted by name. Fails with `missing` where there is none. */
export const discoverFiles = Effect.fnUntraced(function* (path: InputPath, kind: FileKind) {
  const files = yield* typeof path === "string" ? filesAt(path, kind) : listed(path)
  return yield* Effect.forEach(files, splitOf)
})

/** The file as it is now. */
export const splitOf = (path: string): Effect.Effect<Split, SourceFailure> =>
  Effect.map(fingerprintOf(path), ({ bytes, fingerprint }) => ({ id: path, spec: { path, bytes, fingerprint } }))

/** Fails with `changed` unless every file has the size, the first and the last bytes that it had. */
export const validateFiles = Effect.fnUntraced(function* (splits: ReadonlyArray<Split>) {
  for (const split of splits) {
    const spec = decodeFileSpec(split.spec)
    const now = yield* fingerprintOf(spec.path).pipe(
      Effect.mapError((failure) =>
        failure.reason === "missing" ? changedFailure(spec.path, "it was removed") : failure
      )
    )
    if (now.bytes !== spec.bytes) {
      return yield* changedFailure(spec.path, `it changed from ${spec.bytes} to ${now.bytes} bytes`)
    }
    if (now.fingerprint !== spec.fingerprint) return yield* changedFailure(spec.path, "its content changed")
  }
})

const listed = Effect.fnUntraced(function* (paths: ReadonlyArray<string>) {
  const doubled = paths.find((path, index) => paths.indexOf(path) !== index)
  if (doubled !== undefined) return yield* missing(doubled, "it is listed twice. Name every file once.")
  if (paths.length === 0) return yield* missing("(no files)", "the list of files is empty. Name at least one file.")
  return [...paths].sort()
})

const filesAt = Effect.fnUntraced(function* (path: string, kind: FileKind) {
  const found = yield* tried(path, () => stat(path)).pipe(
    Effect.catchIf(
      (failure) => failure.reason === "missing" && isPattern(basename(path)),
      () => Effect.succeed(null)
    )
  )
  if (found !== null && !found.isDirectory()) return [path]
  const files = yield* filesIn(found === null ? matching(path) : inDirectory(path, kind))
  if (files.length > 0) return files
  const what = found === null ? "no file fits the pattern" : `the directory holds no ${kindText(kind)} file`
  return yield* missing(path, `${what}. Check the path.`)
})

/** Where files are looked for, and which count. */
export interface FilePlace {
  readonly directory: string
  readonly isWanted: (name: string) => boolean
}

const matching = (path: string): FilePlace => ({ directory: dirname(path), isWanted: patternOf(basename(path)) })

const inDirectory = (directory: string, { extensions }: FileKind): FilePlace => ({
  directory,
  isWanted: (name) => !name.startsWith(".") && extensions.some((extension) => name.endsWith(extension))
})

/** What a watched path means: the files of a pattern, or those of a directory. */
export const placeOf = (path: string, kind: FileKind): FilePlace =>
  isPattern(basename(path)) ? matching(path) : inDirectory(path, kind)

/** Paths of the files of a place, sorted by name. */
export const filesIn = ({ directory, isWanted }: FilePlace): Effect.Effect<ReadonlyArray<string>, SourceFailure> =>
  Effect.map(
    tried(directory, () => readdir(directory)),
    (names) =>
      names
        .filter(isWanted)
        .sort()
        .map((name) => join(directory, name))
  )

const kindText = ({ extensions }: FileKind): string => extensions.join(" or ")

const missing = (path: string, detail: string): SourceFailure =>
  new SourceFailure({ path, reason: "missing", detail, retry: "never" })

const sampleBytes = 4096

const fingerprintOf = (path: string): Effect.Effect<Omit<FileSpec, "path">, SourceFailure> =>
  Effect.acquireUseRelease(
    tried(path, () => open(path, "r")),
    (file) => tried(path, () => sampleOf(file)),
    (file) => Effect.promise(() => file.close())
  )

const sampleOf = async (file: FileHandle): Promise<Omit<FileSpec, "path">> => {
  const { size } = await file.stat()
  const hash = createHash("sha256")
  for (const position of [0, Math.max(0, size - sampleBytes)]) {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sampleBytes), 0, sampleBytes, position)
    hash.update(buffer.subarray(0, bytesRead))
  }
  return { bytes: size, fingerprint: hash.digest("hex").slice(0, 16) }
}
