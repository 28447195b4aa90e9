/** Sorted arrays as sets: contexts hold these instead of `Set`, so that equal sets are equal JSON. */
const compare = <A extends string | number>(a: A, b: A): number => (a < b ? -1 : a > b ? 1 : 0)

export const sorted = <A extends string | number>(values: ReadonlyArray<A>): ReadonlyArray<A> =>
  [...new Set(values)].sort(compare)

export const including = <A extends string | number>(set: ReadonlyArray<A>, value: A): ReadonlyArray<A> =>
  set.includes(value) ? set : [...set, value].sort(compare)

export const excluding = <A extends string | number>(set: ReadonlyArray<A>, value: A): ReadonlyArray<A> =>
  set.filter((member) => member !== value)
