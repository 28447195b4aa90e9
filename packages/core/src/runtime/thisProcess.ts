import { hostname } from "node:os"
import type { Holder } from "../storage/CheckpointStorage.ts"

/** Who we are, for a second process that finds us in its way. */
export const thisProcess = (now: Date): Holder => ({
  name: `process ${process.pid} on host "${hostname()}"`,
  since: now.toISOString()
})
