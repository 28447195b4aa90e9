import { existsSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { nodeFiles } from "@tidemark/core/files"
import * as Effect from "effect/Effect"
import { fileFailure } from "../../../packages/core/src/runtime/files/fileFailure.ts"

const errno = (code: string): Error => Object.assign(new Error(`${code}: as the system says`), { code })

describe("nodeFiles", () => {
  it("classifies errors of the system by reason and outcome", () => {
    const table = [
      ["write", "ENOSPC", "full", "unknown"],
      ["append", "EDQUOT", "full", "unknown"],
      ["link", "ENOSPC", "full", "none"],
      ["makeDirectory", "ENOSPC", "full", "none"],
      ["write", "EACCES", "denied", "none"],
      ["remove", "EPERM", "denied", "none"],
      ["rename", "EROFS", "denied", "none"],
      ["link", "EEXIST", "exists", "none"],
      ["read", "ENOENT", "missing", "none"],
      ["write", "ENAMETOOLONG", "invalid", "none"],
      ["write", "ENOTDIR", "invalid", "none"],
      ["sync", "EIO", "io", "unknown"],
      ["link", "EIO", "io", "unknown"],
      ["read", "EIO", "io", "none"],
      ["write", "EMADEUP", "io", "unknown"]
    ] as const
    for (const [operation, code, reason, outcome] of table) {
      const failure = fileFailure({ operation, path: "out/a" }, errno(code))
      assert.deepInclude(failure, { reason, outcome, path: "out/a" }, `${operation} ${code}`)
    }
  })

  it("says which operation failed, where, why and what to do", () => {
    assert.strictEqual(
      fileFailure({ operation: "makeDirectory", path: "out" }, errno("EACCES")).message,
      "Storage could not create directory out: permission denied. Make the directory writable for this user. " +
        "(EACCES: as the system says)"
    )
    assert.strictEqual(fileFailure({ operation: "read", path: "a" }, "not an Error").reason, "io")
  })

  it.live.runIf(existsSync("/dev/full"))("reports a device that is full", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(nodeFiles.append("/dev/full", new Uint8Array(10)))
      assert.deepInclude(failure, { operation: "append to", path: "/dev/full", reason: "full", outcome: "unknown" })
    })
  )
})
