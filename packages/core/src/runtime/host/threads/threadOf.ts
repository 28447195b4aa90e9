/** The thread in which a subtask works: subtasks of one index share a thread, so that part of every exchange stays in it. */
export const threadOf = (index: number, threads: number): number => index % threads

/** The subtasks of every task that work in a thread. */
export const indexesOf = (
  thread: number,
  { parallelism, threads }: { readonly parallelism: number; readonly threads: number }
): ReadonlyArray<number> =>
  Array.from({ length: parallelism }, (_, index) => index).filter((index) => threadOf(index, threads) === thread)
