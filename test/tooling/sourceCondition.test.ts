import { spawnSync } from "node:child_process"
import { once } from "node:events"
import { Worker } from "node:worker_threads"
import { expect, it } from "vitest"
import { repositoryRoot } from "../../scripts/repository.ts"

const source = new URL("../../packages/core/src/storage/index.ts", import.meta.url).href
const program = 'console.log(import.meta.resolve("@tidemark/core/storage"))'

it("a test resolves a package to its sources", () => {
  expect(import.meta.resolve("@tidemark/core/storage")).toBe(source)
})

it("a test and the files of the package share one instance of a module", async () => {
  const byName = await import("@tidemark/core/storage")
  const byPath = await import("../../packages/core/src/storage/index.ts")
  expect(byName.StorageFailure).toBe(byPath.StorageFailure)
})

it("a worker thread resolves a package to its sources", async () => {
  const text = 'require("node:worker_threads").parentPort.postMessage(require.resolve("@tidemark/core/storage"))'
  const worker = new Worker(text, { eval: true, argv: [] })
  const [[resolved]] = await Promise.all([once(worker, "message"), once(worker, "exit")])
  expect(new URL(`file://${resolved}`).href).toBe(source)
})

it("a child process resolves a package to its sources", () => {
  const result = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: repositoryRoot,
    encoding: "utf8"
  })
  expect(result.stdout.trim()).toBe(source)
})
