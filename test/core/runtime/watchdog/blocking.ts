/**
 * A job whose function does not return for a while. As a program it runs the job and prints what the watchdog told the
 * inspector: `blocking.ts <output> <threads> <limit> <chains> <milliseconds>`.
 */
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { JsonlFile } from "@tidemark/connectors/jsonl"
import { type Inspection, Job, Pipeline } from "@tidemark/core"
import { Effect, Schema } from "effect"

const One = Schema.Struct({ number: Schema.Int })

/** Records before the one that blocks. */
const before = 3
const blockAt = (number: number, blocksMs: number): void => {
  const began = performance.now()
  while (number === before && performance.now() - began < blocksMs) Math.sqrt(began)
}

export default Job.define(Schema.Struct({ out: Schema.String, blocksMs: Schema.Int }), ({ blocksMs, out }) => ({
  pipeline: Pipeline.make("blocking")
    .from(
      "numbers",
      Collection.source({ schema: One, records: Array.from({ length: 6 }, (_, number) => ({ number })) })
    )
    .filter(({ number }) => number >= 0, { uid: "check" })
    .map(
      ({ number }) => {
        blockAt(number, blocksMs)
        return { number }
      },
      { uid: "slow", schema: One }
    )
    .to("report", JsonlFile.sink({ directory: out, schema: One })),
  checkpoint: { storage: MemoryStorage.make() }
}))

const main = async ([
  out = "",
  threads = "0",
  limit = "100",
  chains = "generated",
  blocksMs = "2500"
]: ReadonlyArray<string>) => {
  const blocked: Array<Inspection> = []
  const job = await Effect.runPromise(Job.load(new URL(import.meta.url), { out, blocksMs: Number(blocksMs) }))
  const report = await Job.runPromise({
    ...job,
    checkpoint: { storage: MemoryStorage.make(), ...job.checkpoint },
    threads: Number(threads),
    watchdog: limit === "off" ? "off" : `${Number(limit)} millis`,
    chains: chains === "interpreted" ? "interpreted" : "generated",
    inspect: (fact) => {
      if (fact._tag === "Blocked") blocked.push(fact)
    }
  })
  console.log(JSON.stringify({ outcome: report.outcome, blocked }))
}

// Not awaited: the job loads this module, which has to be there by then.
if (import.meta.main) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error)
    process.exitCode = 1
  })
}
