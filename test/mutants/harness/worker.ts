/** A thread that tries mutants, one after the other, as it is told. */
import { parentPort, workerData } from "node:worker_threads"
import { prepare } from "./prepare.ts"
import { runMutant } from "./runMutant.ts"
import type { Subject } from "./Subject.ts"

export interface Ready {
  readonly _tag: "Ready"
  readonly candidates: ReadonlyArray<{ readonly name: string; readonly operator: string; readonly machine: string }>
  readonly configurations: ReadonlyArray<{ readonly name: string; readonly states: number }>
}

export interface Tried {
  readonly _tag: "Tried"
  readonly index: number
  readonly fate: ReturnType<typeof runMutant>
  readonly seconds: number
}

const serve = <Machines>(subject: Subject<Machines>): void => {
  const preparation = prepare(subject)
  const { configurations, candidates } = preparation
  parentPort?.on("message", (index: number) => {
    const candidate = candidates[index]
    if (candidate === undefined) throw new Error(`There is no mutant ${index}.`)
    const began = performance.now()
    const fate = runMutant(candidate, preparation)
    const tried: Tried = { _tag: "Tried", index, fate, seconds: (performance.now() - began) / 1000 }
    parentPort?.postMessage(tried)
  })
  const ready: Ready = {
    _tag: "Ready",
    candidates: candidates.map(({ name, operator, machine }) => ({ name, operator, machine })),
    configurations: configurations.map(({ configuration, states }) => ({ name: configuration.name, states }))
  }
  parentPort?.postMessage(ready)
}

const module: { readonly subject: Subject<unknown> } = await import(String(workerData))
serve(module.subject)
