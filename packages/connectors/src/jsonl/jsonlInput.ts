/**
 * The files of a JSONL source: which there are, and whether they are still the ones that the job began with.
 */
import { createHash } from "node:crypto"
import { type FileHandle, open, readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { SourceFailure, type Split } from "@tidemark/core/connector"
import { Effect, Schema } from "effect"
import { changedFailure, triedRead as tried } from "../internal/sourceFailures.ts"

/** One file, or a directory of `.jsonl` and `.ndjson` files, or a list of files. */
export type JsonlPath = string | ReadonlyArray<string>

const FileSpec = Schema.Struct({ path: Schema.String, bytes: Schema.Int, fingerprint: Schema.String })
export type FileSpec = typeof FileSpec.Type
export const decodeFileSpec = Schema.decodeUnknownSync(FileSpec)

/** Splits are files, sorted by name. */
export const discoverFiles = Effect.fnUntraced(function* (path: JsonlPath) {
  const files = yield* typeof path === "string" ? filesAt(path) : listed(path)
  const splits: Array<Split> = []
  for (const file of files) {
    const { bytes, fingerprint } = yield* fingerprintOf(file)
    splits.push({ id: file, spec: { path: file, bytes, fingerprint } })
  }
  return splits
})

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

const filesAt = Effect.fnUntraced(function* (path: string) {
  const found = yield* tried(path, () => stat(path))
  if (!found.isDirectory()) return [path]
  const names = yield* tried(path, () => readdir(path))
  const files = names.filter((name) => !name.startsWith(".") && /\.(jsonl|ndjson)$/.test(name)).sort()
  if (files.length === 0) {
    return yield* missing(path, "the directory holds no .jsonl or .ndjson file. Check the path.")
  }
  return files.map((name) => join(path, name))
})

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
