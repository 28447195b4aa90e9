import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { runNode } from "../../../support/runNode.ts"

const program = "test/core/runtime/watchdog/blocking.ts"

const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "tidemark-watchdog-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

const runBlocking = (...args: ReadonlyArray<string>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const ended = yield* runNode(["--conditions=tidemark-source", program, folder, ...args])
      assert.strictEqual(ended.code, 0, ended.stderr)
      return { ...JSON.parse(ended.stdout.trimEnd().split("\n").at(-1) ?? ""), text: ended.stderr + ended.stdout }
    })
  )

it.live("a function that does not return is named while it blocks, with its operator and record", () =>
  Effect.gen(function* () {
    const { blocked, outcome, text } = yield* runBlocking("0", "100")
    assert.strictEqual(outcome, "finished")
    assert.strictEqual(blocked.length, 1)
    assert.strictEqual(blocked[0].operator, "slow")
    assert.isAtLeast(blocked[0].blockedMs, 100)
    assert.match(
      text,
      /warning: Operator "slow" of subtask \S+#0 of job "blocking" has not returned for .* at record 4/
    )
  })
)

it.live("where no loop is generated, the subtask and its operators are named", () =>
  Effect.gen(function* () {
    const { blocked, text } = yield* runBlocking("0", "100", "interpreted")
    assert.strictEqual(blocked.length, 1)
    assert.isNull(blocked[0].operator)
    assert.match(text, /Subtask \S+#0 \(operators check, slow\) of job "blocking" has not returned/)
  })
)

it.live("a worker thread that is blocked is named by the thread of the job", () =>
  Effect.gen(function* () {
    const { blocked, outcome, text } = yield* runBlocking("1", "100")
    assert.strictEqual(outcome, "finished")
    assert.strictEqual(blocked.length, 1)
    assert.match(text, /has not returned for/)
    assert.include(text, "slow")
  })
)

it.live("within its limit, and when it is off, the watchdog is silent", () =>
  Effect.gen(function* () {
    for (const limit of ["60000", "off"]) {
      const { blocked, text } = yield* runBlocking("0", limit, "generated", "300")
      assert.deepStrictEqual(blocked, [])
      assert.notInclude(text, "has not returned")
    }
  })
)
