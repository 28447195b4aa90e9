/** The safety properties that apply today. */
import { S6, S7, S11, S12 } from "./checkpoints.ts"
import { S3, S4, S15, S16, S17 } from "./cuts.ts"
import { S26, S27 } from "./deltas.ts"
import type { ModelProperty } from "./ModelProperty.ts"
import { S1, S2, S5, S18, S19, S20, S23, S24 } from "./output.ts"
import { S28, S29, S30, S31, S32, S33 } from "./savepoints.ts"
import { S8, S9, S10, S13, S14 } from "./storage.ts"

export const safety = {
  ...{ S1, S2, S3, S4, S5, S6, S7, S8, S9, S10, S11, S12, S13, S14, S15, S16, S17, S18, S19, S20, S23, S24, S26, S27 },
  ...{ S28, S29, S30, S31, S32, S33 }
} as const satisfies Record<string, ModelProperty>

export type SafetyId = keyof typeof safety

export const safetyIds: ReadonlyArray<SafetyId> = [
  ...(["S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9", "S10", "S11", "S12"] as const),
  ...(["S13", "S14", "S15", "S16", "S17", "S18", "S19", "S20", "S23", "S24", "S26", "S27"] as const),
  ...(["S28", "S29", "S30", "S31", "S32", "S33"] as const)
]
