/** The loops over `Map` that one would write instead. */

interface Visit<K> {
  readonly key: K
  readonly amount: number
}

interface Batches<K> {
  readonly take: (from: number, count: number) => ReadonlyArray<Visit<K>>
  readonly records: number
}

/** What the pipelines with a runtime get at a time. */
const batchSize = 2_048

/** Totals of all keys, handed out at the end. */
export const totalsByHand = <K>({ records, take }: Batches<K>): string => {
  const totals = new Map<K, { count: number; sum: number }>()
  for (let from = 0; from < records; ) {
    const visits = take(from, Math.min(batchSize, records - from))
    from += visits.length
    for (const { amount, key } of visits) {
      const total = totals.get(key)
      if (total === undefined) totals.set(key, { count: 1, sum: amount })
      else {
        total.count++
        total.sum += amount
      }
    }
  }
  let sum = 0
  for (const total of totals.values()) sum += total.count * 3 + total.sum
  return answerOf(totals.size, sum)
}

/** As {@link totalsByHand}, in typed arrays: about the least that a loop over these records costs. Knows the keys before. */
export const totalsOffHeap = ({ keys, records, take }: Batches<number> & { readonly keys: number }): string => {
  let places = 16
  while (places * 5 < keys * 8) places *= 2
  const mask = places - 1
  const slots = new Int32Array(places)
  const rows = new Float64Array((keys + 1) * 3)
  let used = 0
  const add = (visits: ReadonlyArray<Visit<number>>): void => {
    for (const { amount, key } of visits) {
      let hash = Math.imul(key ^ (key >>> 16), 0x85ebca6b)
      hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
      let at = (hash ^ (hash >>> 16)) & mask
      let row = slots[at] ?? 0
      while (row !== 0 && rows[row * 3] !== key) {
        at = (at + 1) & mask
        row = slots[at] ?? 0
      }
      if (row === 0) {
        row = ++used
        slots[at] = row
        rows[row * 3] = key
      }
      rows[row * 3 + 1] = (rows[row * 3 + 1] ?? 0) + 1
      rows[row * 3 + 2] = (rows[row * 3 + 2] ?? 0) + amount
    }
  }
  for (let from = 0; from < records; ) {
    const visits = take(from, Math.min(batchSize, records - from))
    from += visits.length
    add(visits)
  }
  let sum = 0
  for (let row = 1; row <= used; row++) sum += (rows[row * 3 + 1] ?? 0) * 3 + (rows[row * 3 + 2] ?? 0)
  return answerOf(used, sum)
}

/** What every record's key has come to, handed out at once. */
export const runningByHand = <K>({ records, take }: Batches<K>): string => {
  const sums = new Map<K, Visit<K>>()
  let sum = 0
  for (let from = 0; from < records; ) {
    const visits = take(from, Math.min(batchSize, records - from))
    from += visits.length
    for (const visit of visits) {
      const before = sums.get(visit.key)
      const after = before === undefined ? visit : { key: visit.key, amount: before.amount + visit.amount }
      sums.set(visit.key, after)
      sum += after.amount
    }
  }
  return answerOf(records, sum)
}

export const answerOf = (results: number, sum: number): string => `${results} results, fingerprint ${sum}`
