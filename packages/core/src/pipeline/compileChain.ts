/** Compiles the chain of a task to one fused loop, or to its interpreted twin. */
import type { ChainContext, ChainInstance } from "../operator/ChainInstance.ts"
import { canGenerateCode } from "../state/canGenerateCode.ts"
import { generateChain } from "./generateChain.ts"
import { interpretChain } from "./interpretChain.ts"
import type { TaskPlan } from "./PhysicalPlan.ts"

export type ChainMode = "generated" | "interpreted"

export interface CompiledChain {
  /** Binds the chain to a subtask and opens its tables. Cost: compiles the code; once per attempt. */
  readonly instantiate: (context: ChainContext) => ChainInstance
  /** The generated source, or null for the interpreted twin. */
  readonly source: string | null
}

/** `generated` falls back to the twin in a process that may not generate code. */
export const compileChain = (task: TaskPlan, mode: ChainMode): CompiledChain =>
  mode === "generated" && canGenerateCode()
    ? generateChain(task)
    : { instantiate: (context) => interpretChain(task, context), source: null }
