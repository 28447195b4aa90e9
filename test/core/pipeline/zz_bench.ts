import { Aggregate, Batch, Pipeline, Window } from "@tidemark/core"
import { Schema } from "effect"
import { compileChain } from "../../../packages/core/src/pipeline/compileChain.ts"
import { makeSubtaskState } from "../../../packages/core/src/state/makeSubtaskState.ts"
import { compiled, sinkOf, sourceOf } from "./fixtures.ts"
import type { PhysicalPlan } from "../../../packages/core/src/pipeline/PhysicalPlan.ts"
import { hashString } from "../../../packages/core/src/model/keyGroups.ts"

class SumOut { sum = 0; collect(v: any) { this.sum += v.b } }
class ExchangeOut {
  b = new Batch()
  collect(v: unknown, t: number, k: any, g: number) { const b = this.b; b.values.push(v); b.timestamps.push(t); b.keys.push(k); b.groups.push(g) }
}
const any = Schema.Unknown as any
const inst = (plan: PhysicalPlan, i: number, output: any, mode: any = "generated") => compileChain(plan.tasks[i]!, mode).instantiate({ subtask: 0, state: makeSubtaskState(), output, position: String })
class PooledOut {
  b = new Batch(); spare = new Batch(); n = 0
  collect(v: unknown, t: number, k: any, g: number) { const b = this.b, n = this.n++; b.values[n] = v; b.timestamps[n] = t; b.keys[n] = k; b.groups[n] = g }
  take() { const b = this.b; this.b = this.spare; this.spare = b; if (b.values.length > this.n) { b.values.length = this.n; b.timestamps.length = this.n; b.keys.length = this.n; b.groups.length = this.n } this.n = 0; return b }
}
const chain = (k: number) => compiled(Pipeline.make("c").from("s", sourceOf<any>(any)).map((x: any) => ({ a: x.a + 1, b: x.b * 2 + k - k })).filter((x: any) => x.a % 3 !== 0).map((x: any) => ({ a: x.a, b: x.a + x.b }), { schema: any }).to("k", sinkOf<any>(any)))
// pollute
for (let k = 0; k < 60; k++) {
  const fs = [(x: any) => ({ ...x, ["f" + k]: k }), (x: any) => ({ a: x.a, z: k, b: x.b }), (x: any) => x]
  let s: any = Pipeline.make("p").from("s", sourceOf<any>(any))
  for (let j = 0; j < 1 + (k % 4); j++) s = k % 2 ? s.map(fs[(j + k) % 3]) : s.filter((x: any) => x.a % (j + 2 + k % 3) !== 0).map(fs[(j + k) % 3])
  const plan = compiled(s.map((x: any) => x, { schema: any }).to("k", sinkOf<any>(any)))
  for (const mode of ["generated", "interpreted"]) {
    const c = inst(plan, 0, new SumOut(), mode)
    const vals = Array.from({ length: 256 }, (_, i) => ({ a: i, b: i * 2, ["q" + k]: 1 }))
    for (let r = 0; r < 300; r++) { const b = new Batch(); b.values.push(...vals); c.run(b) }
  }
}
const N = 1 << 19, B = 1024
const recs = Array.from({ length: N }, (_, i) => ({ a: i % 1000, b: i % 77 }))
const batches: Array<Batch> = []
for (let i = 0; i < N; i += B) { const b = new Batch(); for (let j = i; j < i + B; j++) b.values.push(recs[j]); batches.push(b) }
const f1 = (x: any) => ({ a: x.a + 1, b: x.b * 2 }), f2 = (x: any) => x.a % 3 !== 0, f3 = (x: any) => ({ a: x.a, b: x.a + x.b })
const hand = new Function("f1", "f2", "f3", "out", "return (values) => { for (let i = 0; i < values.length; i++) { const x = f1(values[i]); if (!f2(x)) continue; out.collect(f3(x), -Infinity, '', 0) } }")
const plan3 = compiled(Pipeline.make("c").from("s", sourceOf<any>(any)).map(f1).filter(f2).map(f3, { schema: any }).to("k", sinkOf<any>(any)))
class SumOut2 { sum = 0; collect(v: any, _t: number, _k: any, _g: number) { this.sum += v.b } }
class SumOut3 { sum = 0; collect(v: any, _t: number, _k: any, _g: number) { this.sum += v.b } }
class SumOut4 { sum = 0; collect(v: any, _t: number, _k: any, _g: number) { this.sum += v.b } }
const o1 = new SumOut2(), o2 = new SumOut3(), o3 = new SumOut4()
const handRun = hand(f1, f2, f3, o1)
const gen = inst(plan3, 0, o2)
const twin = inst(plan3, 0, o3, "interpreted")
// no-at variant
const src = compileChain(plan3.tasks[0]!, "generated").source!.replace(/^\s*at = \d+$/gm, "").replace(/try \{/, "{").replace(/\} catch[^]*?\n    \}/, "}")
if (process.env.SHOW) console.log(src)
const names = [...src.matchAll(/(map\d+|keeps\d+)\(/g)].map((m) => m[1]!)
const o4 = new (class { sum = 0; collect(v: any, _t: number, _k: any, _g: number) { this.sum += v.b } })()
const noAt = new Function("context", "fail", "firedPosition", "source", ...names, src)({ output: o4, position: String }, null, null, "", f1, f2, f3)
const time = (f: () => void) => { const t = process.hrtime.bigint(); f(); return Number(process.hrtime.bigint() - t) / 1e6 }
const med = (xs: number[]) => xs.sort((a, b) => a - b)[xs.length >> 1]!
const cases: Record<string, () => void> = {
  hand: () => { for (const b of batches) handRun(b.values) },
  generated: () => { for (const b of batches) gen.run(b) },
  noAt: () => { for (const b of batches) noAt.run(b) },
  twin: () => { for (const b of batches) twin.run(b) },
}
const bench = (cases: Record<string, () => void>, rounds = 15) => {
  const res: Record<string, number[]> = {}
  for (let r = 0; r < rounds; r++) for (const [n, f] of Object.entries(cases)) { const t = time(f); if (r > 3) (res[n] ??= []).push(t) }
  const base = med(res.hand!)
  for (const [n, xs] of Object.entries(res)) console.log(n.padEnd(22), med(xs).toFixed(1), "ms  ratio", (base / med(xs)).toFixed(2))
}
bench(cases, 60)
// keyed window job
const DAY = 86400000
interface F { origin: string; date: number; delay: number }
const airports = Array.from({ length: 300 }, (_, i) => "A" + String.fromCharCode(65 + (i % 26)) + i)
const FN = 1 << 20
const flights: F[] = Array.from({ length: FN }, (_, i) => ({ origin: airports[(i * 7919) % 300]!, date: 978307200000 + i * 2000, delay: (i * 31) % 120 - 30 }))
const fb: Batch[] = []
for (let i = 0; i < FN; i += B) { const b = new Batch(); for (let j = i; j < i + B; j++) b.values.push(flights[j]); fb.push(b) }
const FS = Schema.Struct({ origin: Schema.String, date: Schema.Number, delay: Schema.Number })
const late = (f: F) => f.delay > 15
const when = (f: F) => f.date
const job = compiled(Pipeline.make("f").from("s", sourceOf<F>(FS)).eventTime(when).keyBy("origin").window(Window.tumbling("1 day")).aggregate("d", { flights: Aggregate.count, delayed: Aggregate.count(late), delaySum: Aggregate.sum("delay"), delayMax: Aggregate.max("delay") }).to("k", sinkOf<any>(any)))
class Res { n = 0; collect(v: any) { this.n += v.value.flights } }
class Disc { n = 0; collect(_v: unknown, _t: number, _k: any, g: number) { this.n += g } }
const runJob = (mode: any) => {
  const ex = new ExchangeOut(), res = new Res()
  const a = inst(job, 0, ex, mode), w = inst(job, 1, res, mode)
  return () => { a.restoreWatermark(-Infinity); w.restoreWatermark(-Infinity); for (const b of fb) { a.run(b); const m = a.takeMaxTimestamp(); const out = ex.b; ex.b = new Batch(); w.run(out); w.advance(m - 1) } w.advance(Number.MAX_SAFE_INTEGER); }
}
let handOut = 0
const handJob = new Function("flights", "late", "when", "emit", `return () => {
  const days = new Map()
  let watermark = -Infinity
  for (let i = 0; i < flights.length; i++) { const f = flights[i]; const t = when(f); const day = Math.floor(t / 86400000) * 86400000
    let m = days.get(day); if (m === undefined) { m = new Map(); days.set(day, m) }
    let acc = m.get(f.origin); if (acc === undefined) { acc = { flights: 0, delayed: 0, sum: 0, max: -Infinity }; m.set(f.origin, acc) }
    acc.flights++; if (late(f)) acc.delayed++; acc.sum += f.delay; acc.max = Math.max(acc.max, f.delay)
    if (t > watermark) watermark = t
    if ((i & 1023) === 1023) for (const [d, m] of days) if (d + 86400000 - 1 < watermark) { for (const [k, a] of m) emit(k, d, a); days.delete(d) }
  }
  for (const [d, m] of days) for (const [k, a] of m) emit(k, d, a)
}`)(flights, late, when, (_k: any, _d: any, a: any) => { handOut += a.flights })
const first = (): (() => void) => { const d = new Disc(); const a = inst(job, 0, d); return () => { for (const b of fb) a.run(b); a.takeMaxTimestamp() } }
const f0 = first()
const pre: Batch[] = []
{ const ex = new ExchangeOut(); const a = inst(job, 0, ex); for (const b of fb) { a.run(b); pre.push(ex.b); ex.b = new Batch() } }
const w2 = inst(job, 1, new Res())
const second = () => { w2.restoreWatermark(-Infinity); for (const b of pre) { w2.run(b); w2.advance(b.timestamps[1023]! - 1) } w2.advance(Number.MAX_SAFE_INTEGER) }
const ex3 = new ExchangeOut(); const a3 = inst(job, 0, ex3)
const firstEx = () => { for (const b of fb) { a3.run(b); ex3.b = new Batch() } }

const justHash = () => { let s = 0; for (const f of flights) s += hashString(f.origin) >>> 25; handOut += s }
const px = new PooledOut(); const pa = inst(job, 0, px); const pw = inst(job, 1, new Res())
const pooled = () => { pa.restoreWatermark(-Infinity); pw.restoreWatermark(-Infinity); for (const b of fb) { pa.run(b); const m = pa.takeMaxTimestamp(); pw.run(px.take()); pw.advance(m - 1) } pw.advance(Number.MAX_SAFE_INTEGER) }
bench({ hand: handJob, pooled, generated: runJob("generated"), firstTaskOnly: f0, firstWithBatches: firstEx, secondOnly: second, justHash, twin: runJob("interpreted") })
