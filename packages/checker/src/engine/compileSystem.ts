/**
 * Compiles a system for searching. Fails: `ModelError` for a system that is put together wrongly, `NotAValue` for values
 * that cannot be told apart, `ImpureStep` for a step that answers twice differently.
 */
import { checkMachine } from "../machines/checkMachine.ts"
import type { System } from "../system/System.ts"
import type { StepRef } from "./ComponentTable.ts"
import { checkSystem } from "./checkSystem.ts"
import { ModelError } from "./errors.ts"
import { SystemEngine } from "./SystemEngine.ts"
import { makeTables } from "./Tables.ts"

export interface CompileOptions {
  /** One in so many steps is computed twice and compared; default 64, 0 for none. */
  readonly recheckEvery?: number
}

export const compileSystem = (system: System, options: CompileOptions = {}): SystemEngine => {
  const { recheckEvery = 64 } = options
  checkSystem(system)
  const problems = system.components.flatMap(({ name, machines }) =>
    (machines ?? []).flatMap((machine) => checkMachine(machine).map((problem) => `Component ${name}: ${problem}`))
  )
  if (problems.length > 0) throw new ModelError(problems.join("\n"))
  let steps = 0
  const noteStep = (component: string, again: () => StepRef, first: StepRef): void => {
    steps++
    if (recheckEvery === 0 || steps % recheckEvery !== 0) return
    const second = again()
    if (second.next !== first.next || second.program !== first.program) throw new ImpureStep(component)
  }
  return new SystemEngine(system, makeTables(system, noteStep), () => steps)
}

/** The same state and event gave two different steps. */
export class ImpureStep extends ModelError {
  constructor(component: string) {
    super(
      `Component ${component} answered the same state and event differently: a guard, an assignment or a step is impure. ` +
        "Take times, ids and random choices out of it: let them come as events (see `internal`)."
    )
    this.name = "ImpureStep"
  }
}
