import { expect, it } from "vitest"
import { runTasks } from "../../../packages/checker/src/parallel/runTasks.ts"

const module = new URL("./squares.ts", import.meta.url)
const tasks = Array.from({ length: 20 }, (_, index) => index)
const squares = tasks.map((task) => task * task)

for (const workers of [1, 2, 40]) {
  it(`with ${workers} workers the results are the same, in the order of the tasks`, async () => {
    expect(await runTasks<number, number>({ module, tasks, workers })).toEqual(squares)
  })
}

it("tells of every result as it comes", async () => {
  const told = new Map<number, number>()
  await runTasks<number, number>({ module, tasks, workers: 2, onResult: (result, index) => told.set(index, result) })
  expect([...told.keys()].sort((a, b) => a - b)).toEqual(tasks)
})

it("a task that throws is named, and ends the others", async () => {
  const failing = runTasks<number, number>({ module, tasks: [1, 2, -3, 4], workers: 2 })
  await expect(failing).rejects.toThrow(/Task 3 of 4: .*no square for -3/)
})

it("a module that cannot be loaded is an error, not a wait", async () => {
  const failing = runTasks<number, number>({ module: new URL("./none.ts", import.meta.url), tasks: [1], workers: 1 })
  await expect(failing).rejects.toThrow(/none\.ts/)
})
