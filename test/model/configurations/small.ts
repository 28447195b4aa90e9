/** The configurations that every test run explores in full. */
import type { Configuration } from "./Configuration.ts"
import { dataPlane } from "./dataPlane.ts"
import { deltas } from "./deltas.ts"
import { lifecycle } from "./lifecycle.ts"
import { messages } from "./messages.ts"
import { savepoints } from "./savepoints.ts"
import { storage } from "./storage.ts"
import { triggers } from "./triggers.ts"

export const small: ReadonlyArray<Configuration> = [
  ...dataPlane,
  ...deltas,
  ...lifecycle,
  ...messages,
  ...savepoints,
  ...storage,
  ...triggers
]
