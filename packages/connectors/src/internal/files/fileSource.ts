/** What sources of files have in common: where the files are, and whether new ones are watched for. */
import { stat } from "node:fs/promises"
import { basename } from "node:path"
import { type Json, type Source, SourceFailure, type Split } from "@tidemark/core/connector"
import { Duration, Effect, type Schema } from "effect"
import { triedRead } from "../sourceFailures.ts"
import { type FileReader, type FileReaderContext, type FilesWatch, openFilesReader } from "./filesReader.ts"
import { discoverFiles, type FileKind, filesIn, type InputPath, placeOf, splitOf, validateFiles } from "./inputFiles.ts"
import { isPattern } from "./namePattern.ts"

export interface WatchOptions {
  /** How often to look; one second by default. Where the system tells of changes, they are seen at once. */
  readonly every?: Duration.Input
  /**
   * Finished files that are no longer there are forgotten, so that the state does not grow for ever. Only for
   * directories that cannot be emptied by accident: a file that comes back is read again. Not by default.
   */
  readonly forgetRemoved?: boolean
}

export interface FileSourceOptions<A> {
  /** Of the connector, for messages: `JsonlFile.source`. */
  readonly connector: string
  readonly description: string
  readonly schema: Schema.Codec<A, unknown>
  readonly path: InputPath
  readonly kind: FileKind
  readonly isTimeOrdered: boolean | undefined
  readonly watch: boolean | WatchOptions | undefined
  readonly read: (split: Split, position: Json | null, context: FileReaderContext) => FileReader<A>
}

export const fileSource = <A>(options: FileSourceOptions<A>): Source<A> => {
  const { description, kind, path, read, schema } = options
  const watch = watchOf(options)
  return {
    description,
    schema,
    isBounded: watch === null,
    isTimeOrdered: options.isTimeOrdered ?? false,
    isGrowing: watch !== null,
    discover: watch === null ? discoverFiles(path, kind) : discoverWatched(watch),
    validate: validateFiles,
    open: (context) => openFilesReader({ watch, read }, context)
  }
}

const watchOf = <A>({ connector, kind, path, watch }: FileSourceOptions<A>): FilesWatch | null => {
  if (watch === undefined || watch === false) return null
  const { every = "1 second", forgetRemoved = false } = watch === true ? {} : watch
  if (typeof path !== "string") {
    throw new RangeError(`${connector}: watch needs a directory or a pattern of file names, not a list of files.`)
  }
  const period = Duration.fromInput(every)
  if (period._tag === "None" || !(Duration.toMillis(period.value) >= 1) || !Duration.isFinite(period.value)) {
    throw new RangeError(`${connector}: watch.every must be a duration of at least a millisecond, like "1 second".`)
  }
  return { place: placeOf(path, kind), every: period.value, forgetsRemoved: forgetRemoved }
}

/** The files that are there at first, maybe none; but the directory has to be there. */
const discoverWatched = Effect.fnUntraced(function* ({ place }: FilesWatch) {
  const { directory } = place
  const found = yield* triedRead(directory, () => stat(directory))
  if (!found.isDirectory()) {
    return yield* new SourceFailure({
      path: directory,
      reason: "missing",
      detail: `it is a file. To watch, name a directory${isPattern(basename(directory)) ? "" : " or a pattern of file names"}.`,
      retry: "never"
    })
  }
  return yield* Effect.forEach(yield* filesIn(place), splitOf)
})
