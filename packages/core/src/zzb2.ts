import { hashString, keyGroupOf } from "./model/keyGroups.ts"
type Acc = { count: number; sum: number }
class Entry { value: Acc; stamp: number; old: unknown; constructor(v: Acc, s: number) { this.value = v; this.stamp = s; this.old = undefined } }
class Entry2 { value: Acc; stamp: number; constructor(v: Acc, s: number) { this.value = v; this.stamp = s } }
const N = 2_000_000
const run = (n: number) => {
  const names = Array.from({ length: n }, (_, i) => `airport-${i}`)
  const keys: string[] = [], groups: number[] = []
  let x = 12345
  for (let i = 0; i < N; i++) { x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff; const k = names[(x >>> 8) % n] as string; keys.push(k); groups.push(keyGroupOf(hashString(k))) }
  const mk128 = <T>() => Array.from({ length: 128 }, () => new Map<string, T>())
  const tests: Record<string, () => void> = {
    hand: () => { const m = new Map<string, Acc>(); const batch = (b: number) => { for (let i = b; i < b + 1000; i++) { const k = keys[i] as string; let a = m.get(k); if (a === undefined) { a = { count: 0, sum: 0 }; m.set(k, a) } a.count++; a.sum += i & 15 } }; for (let b = 0; b < N; b += 1000) batch(b) },
    "128acc": () => { const ms = mk128<Acc>(); const batch = (b: number) => { for (let i = b; i < b + 1000; i++) { const k = keys[i] as string; const m = ms[groups[i] as number] as Map<string, Acc>; let a = m.get(k); if (a === undefined) { a = { count: 0, sum: 0 }; m.set(k, a) } a.count++; a.sum += i & 15 } }; for (let b = 0; b < N; b += 1000) batch(b) },
    "1entry": () => { const m = new Map<string, Entry2>(); const batch = (b: number) => { for (let i = b; i < b + 1000; i++) { const k = keys[i] as string; let e = m.get(k); if (e === undefined) { e = new Entry2({ count: 0, sum: 0 }, 1); m.set(k, e) } if (e.stamp !== 1) throw 1; const a = e.value; a.count++; a.sum += i & 15 } }; for (let b = 0; b < N; b += 1000) batch(b) },
    "128entry": () => { const ms = mk128<Entry>(); const batch = (b: number) => { for (let i = b; i < b + 1000; i++) { const k = keys[i] as string; const m = ms[groups[i] as number] as Map<string, Entry>; let e = m.get(k); if (e === undefined) { e = new Entry({ count: 0, sum: 0 }, 1); m.set(k, e) } if (e.stamp !== 1) throw 1; const a = e.value; a.count++; a.sum += i & 15 } }; for (let b = 0; b < N; b += 1000) batch(b) },
    "128slot": () => { const ms = mk128<number>(); const values: Acc[] = []; let stamps = new Int32Array(1 << 21); const batch = (b: number) => { for (let i = b; i < b + 1000; i++) { const k = keys[i] as string; const m = ms[groups[i] as number] as Map<string, number>; let e = m.get(k); if (e === undefined) { e = values.length; values.push({ count: 0, sum: 0 }); stamps[e] = 1; m.set(k, e) } if (stamps[e] !== 1) throw 1; const a = values[e] as Acc; a.count++; a.sum += i & 15 } }; for (let b = 0; b < N; b += 1000) batch(b) },
    "1slot": () => { const m = new Map<string, number>(); const values: Acc[] = []; let stamps = new Int32Array(1 << 21); const batch = (b: number) => { for (let i = b; i < b + 1000; i++) { const k = keys[i] as string; let e = m.get(k); if (e === undefined) { e = values.length; values.push({ count: 0, sum: 0 }); stamps[e] = 1; m.set(k, e) } if (stamps[e] !== 1) throw 1; const a = values[e] as Acc; a.count++; a.sum += i & 15 } }; for (let b = 0; b < N; b += 1000) batch(b) }
  }
  const res: Record<string, number[]> = {}
  for (let r = 0; r < 9; r++) for (const [name, f] of Object.entries(tests)) { const t = performance.now(); f(); (res[name] ??= []).push(performance.now() - t) }
  const base = Math.min(...(res.hand as number[]))
  console.log(n, Object.entries(res).map(([k, v]) => `${k} ${(Math.min(...v) / N * 1e6).toFixed(0)}ns ${(base / Math.min(...v)).toFixed(2)}`).join(" | "))
}
run(1000); run(100_000); run(1_000_000)
