/** The number of workers changes nothing about what a search finds. */
import { expect, it } from "vitest"
import { runTasks } from "../../packages/checker/src/parallel/runTasks.ts"
import type { Searched } from "./searchTask.ts"

const module = new URL("./searchTask.ts", import.meta.url)
const tasks = ["ending", "repeatedNews", "secondProcess"]

const found = async (workers: number) =>
  (await runTasks<string, Searched>({ module, tasks, workers })).map(({ seconds: _, ...rest }) => rest)

it("one worker and three find the same states, edges, depths and verdicts", async () => {
  const alone = await found(1)
  expect(alone.map(({ name, holds }) => [name, holds])).toEqual(tasks.map((name) => [name, true]))
  expect(await found(3)).toEqual(alone)
})

it("a name that does not exist is refused with those that do", async () => {
  const failing = runTasks<string, Searched>({ module, tasks: ["no such thing"], workers: 1 })
  await expect(failing).rejects.toThrow(/no configuration no such thing; there are: .*ending/)
})
