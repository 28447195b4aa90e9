/** Tasks for the tests of `runTasks`. */
export const runTask = async (task: number): Promise<number> => {
  if (task < 0) throw new Error(`no square for ${task}`)
  return task * task
}
