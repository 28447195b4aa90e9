import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { expect, it } from "vitest"
import { DecoderThread } from "../../../packages/connectors/src/parquet/DecoderThread.ts"
import type { DecodeProblem } from "../../../packages/connectors/src/parquet/decoding.ts"

const request = { id: 0, path: "/nowhere", groupStart: 0, from: 0, to: 1, columns: [] }

const deathOf = (code: string): Promise<DecodeProblem> =>
  new Promise((onDeath) => {
    const program = new URL(`data:text/javascript,${encodeURIComponent(code)}`)
    new DecoderThread({ onAnswer: () => {}, onDeath, program }).request(request)
  })

it("a thread that ends or breaks by itself is told as a failure that a restart can help", async () => {
  expect(await deathOf("process.exit(3)")).toEqual({
    reason: "io",
    detail: "the decoding thread ended unexpectedly: exit code 3."
  })
  expect((await deathOf("throw new Error('broken')")).detail).toContain("broken")
})

it("the thread ends with the reader's scope, so that the process can", async () => {
  const program = `
    import { ParquetFile } from "@tidemark/connectors/parquet"
    import { Effect, Schema } from "effect"
    const source = ParquetFile.source({ path: process.env.FLIGHTS, schema: Schema.Struct({ delay: Schema.Number }) })
    const opened = Effect.gen(function* () {
      const splits = yield* source.discover
      const reader = yield* source.open({ operator: "o", subtask: 0, owns: () => true, wake: () => {} })
      for (const split of splits) reader.assign(split, null)
      return reader.poll(1)._tag
    })
    console.log(await Effect.runPromise(Effect.scoped(opened)))
  `
  const root = fileURLToPath(new URL("../../..", import.meta.url))
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--conditions=tidemark-source", "--input-type=module", "--eval", program],
    {
      cwd: root,
      env: { ...process.env, FLIGHTS: `${root}node_modules/vega-datasets/data/flights-3m.parquet` },
      timeout: 60_000
    }
  )
  expect(stdout.trim()).toBe("Pending")
})
