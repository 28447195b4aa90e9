/** Chooses a visited set. */
import { BitstateSet, type BitstateSetOptions } from "./BitstateSet.ts"
import { CompactSet } from "./CompactSet.ts"
import { ExactSet } from "./ExactSet.ts"
import type { Visited } from "./Visited.ts"

export const createVisited = (mode: Visited["mode"], width: number, options: BitstateSetOptions = {}): Visited => {
  if (mode === "exact") return new ExactSet(width, options)
  return mode === "compact" ? new CompactSet(options) : new BitstateSet(options)
}
