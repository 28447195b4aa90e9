/** What the machines believe, and what is so: all of it. */
import { A1, A2, A3, A4, A5, A6 } from "./agreement.ts"
import { A21 } from "./agreementOfRestarts.ts"
import { A12, A13, A14, A15, A19, A20 } from "./agreementOfSteps.ts"
import { A7, A8, A9, A10, A11 } from "./agreementOfTasks.ts"
import { A16, A17, A18 } from "./agreementOfTimers.ts"
import { A22 } from "./agreementOfWishes.ts"
import type { ModelProperty } from "./ModelProperty.ts"

export const agreements: ReadonlyArray<ModelProperty> = [
  ...[A1, A2, A3, A4, A5, A6, A7, A8, A9],
  ...[A10, A11, A12, A13, A14, A15, A16, A17, A18, A19, A20, A21, A22]
]
