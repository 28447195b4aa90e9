import { MapTable } from "./state/MapTable.ts"
import { hashString, keyGroupOf } from "./model/keyGroups.ts"
type Acc = { count: number; sum: number }
const run = (n: number, spaces: number) => {
  const N = 2_000_000
  const names = Array.from({ length: n }, (_, i) => `airport-${i}`)
  const keys: string[] = [], groups: number[] = [], ts: number[] = []
  let x = 12345
  for (let i = 0; i < N; i++) { x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff; const k = names[x % n] as string; keys.push(k); groups.push(keyGroupOf(hashString(k))); ts.push(spaces === 1 ? 0 : 978307200000 + (((i / 100000) | 0) + (x >> 8) % spaces) * 86400000) }
  const hand = () => { const m = new Map<string, Acc>(); for (let b = 0; b < N; b += 1000) handBatch(m, b); return m.size }
  const handBatch = (m: Map<string, Acc>, b: number) => { for (let i = b; i < b + 1000; i++) { const k = keys[i] as string; let a = m.get(k); if (a === undefined) { a = { count: 0, sum: 0 }; m.set(k, a) } a.count++; a.sum += i & 15 } }
  const table = () => { const t = new MapTable<Acc>({ create: () => ({ count: 0, sum: 0 }), copy: (a) => ({ count: a.count, sum: a.sum }), freeze: false }); for (let b = 0; b < N; b += 1000) tableBatch(t, b); return t.size }
  const tableBatch = (t: MapTable<Acc>, b: number) => { for (let i = b; i < b + 1000; i++) { const a = t.acquire(keys[i] as string, groups[i] as number, ts[i] as number); a.count++; a.sum += i & 15 } }
  const sets = () => { const t = new MapTable<number>({ create: () => 0, copy: (a) => a, freeze: false }); for (let b = 0; b < N; b += 1000) setBatch(t, b); return t.size }
  const setBatch = (t: MapTable<number>, b: number) => { for (let i = b; i < b + 1000; i++) { const k = keys[i] as string, g = groups[i] as number; t.set(k, g, 0, (t.get(k, g, 0) ?? 0) + (i & 15)) } }
  const handSet = () => { const m = new Map<string, number>(); for (let b = 0; b < N; b += 1000) handSetBatch(m, b); return m.size }
  const handSetBatch = (m: Map<string, number>, b: number) => { for (let i = b; i < b + 1000; i++) { const k = keys[i] as string; m.set(k, (m.get(k) ?? 0) + (i & 15)) } }
  const time = (f: () => number) => { const t = performance.now(); f(); return performance.now() - t }
  const med = (a: number[]) => a.sort((p, q) => p - q)[a.length >> 1] as number
  const h: number[] = [], t: number[] = [], s: number[] = [], hs: number[] = []
  for (let r = 0; r < 7; r++) { h.push(time(hand)); t.push(time(table)); s.push(time(sets)); hs.push(time(handSet)) }
  console.log(n, spaces, "acquire ratio", (med(h) / med(t)).toFixed(2), "ns", (med(h) / N * 1e6).toFixed(0), (med(t) / N * 1e6).toFixed(0), "get+set ratio", (med(hs) / med(s)).toFixed(2))
}
run(1000, 1); run(1000, 2); run(100_000, 1); run(100_000, 2); run(1_000_000, 1)
