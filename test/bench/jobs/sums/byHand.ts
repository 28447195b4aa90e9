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
