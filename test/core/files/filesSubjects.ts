import { nodeFiles } from "@tidemark/core/files"
import type { Files } from "@tidemark/core/storage"
import { SimulatedFiles } from "@tidemark/core/testing"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { temporaryDirectory } from "../../conformance/storageSubjects.ts"

export interface FilesSubject {
  readonly files: Files
  /** An empty directory. */
  readonly root: string
}

export const realSubject: Effect.Effect<FilesSubject, never, Scope> = Effect.map(temporaryDirectory, (root) => ({
  files: nodeFiles,
  root
}))

export const simulatedSubject: Effect.Effect<FilesSubject> = Effect.suspend(() => {
  const { files } = SimulatedFiles.make()
  return Effect.orDie(Effect.as(files.makeDirectory("/root"), { files, root: "/root" }))
})
