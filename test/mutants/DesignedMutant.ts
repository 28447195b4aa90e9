/** What a design mutant is, and the two ways to make one. */
import type { CommandsOption } from "../../packages/checker/src/mutation/index.ts"
import type { DesignMutant, Machines } from "../model/system/Config.ts"

/** The machines and the runtime around them, with their mistakes. */
export interface Variant {
  readonly machines: Machines
  readonly mutant?: DesignMutant
}

export interface DesignedMutant {
  readonly name: string
  /** Where it was seen. */
  readonly anchor: string
  /**
   * Beginnings of the names of the properties that may notice it; none if it changes nothing, because another defence
   * stands before it.
   */
  readonly killedBy: ReadonlyArray<string>
  /** Steps of the shortest counterexample, at most. */
  readonly lengthMax: number
  readonly change: (variant: Variant) => Variant
}

/** How the machines of the protocol name what they command. */
export const protocolCommands: CommandsOption = {
  action: "perform",
  nameOf: (command) =>
    typeof command === "object" && command !== null && "_tag" in command ? String(command._tag) : "?"
}

/** Changes the runtime around the machines. */
export const runtime =
  (mutant: DesignMutant) =>
  (variant: Variant): Variant => ({ ...variant, mutant })

/** Changes one of the machines. */
export const machine =
  <K extends keyof Machines>(key: K, change: (machine: Machines[K]) => Machines[K]) =>
  (variant: Variant): Variant => ({
    ...variant,
    machines: { ...variant.machines, [key]: change(variant.machines[key]) }
  })
