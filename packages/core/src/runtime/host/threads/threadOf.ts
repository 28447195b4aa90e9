/** The thread in which a subtask works: subtasks of one index share a thread, so that part of every exchange stays in it. */
export const threadOf = (index: number, threads: number): number => index % threads
