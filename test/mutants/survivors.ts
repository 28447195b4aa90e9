/** Mutants that nobody notices, each with the reason. A survivor that is not here, and one here that is killed, fails. */
import type { KnownSurvivor } from "./harness/Result.ts"

export const survivors: ReadonlyArray<KnownSurvivor> = []
