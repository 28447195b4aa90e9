import { generateEvents } from "./generateEvents.ts"
import { prepareQuery } from "./runQuery.ts"
import { queries } from "./queries.ts"
import { polluteRuntime } from "../harness/pollute.ts"
import { scales } from "../harness/scale.ts"
import { Effect } from "effect"
const [n, N, events, passes] = process.argv.slice(2)
await Effect.runPromise(polluteRuntime(scales.full))
const es = [...generateEvents({ events: +events, seed: 1 })]
const run = prepareQuery(queries.get(n), { events: es, passes: +passes, parallelism: 1, directory: "/tmp/h6" })
for (let i = 0; i < +N; i++) { const f = await run(); console.log(n, Math.round(f.millis), "cpu", Math.round(f.cpuMillis), (f.cpuMillis*1e6/(+events * +passes)).toFixed(1), "cpu ns/event") }
