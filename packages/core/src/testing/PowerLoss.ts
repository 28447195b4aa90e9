/**
 * What a power loss does to data and names that were not synced.
 *
 * The four named losses are extremes that every program must survive; `{ seed }` decides for every file and every name
 * on its own: kept, lost, cut short, or with a hole of zeros.
 */
import { seededRandom } from "./seededRandom.ts"

export type PowerLoss = "lose-all" | "keep-all" | "lose-data" | "lose-names" | { readonly seed: number }

/** The four extremes and some seeded mixes. */
export const powerLosses: ReadonlyArray<PowerLoss> = [
  "lose-all",
  "keep-all",
  "lose-data",
  "lose-names",
  ...[1, 2, 3, 4, 5, 6].map((seed) => ({ seed }))
]

export const describePowerLoss = (loss: PowerLoss): string => (typeof loss === "string" ? loss : `seed ${loss.seed}`)

/** The content of a file at the moment of the loss. */
export interface UnsyncedContent {
  /** As of the last sync. */
  readonly durable: Uint8Array
  /** As the program sees it. */
  readonly cached: Uint8Array
  /** How many first bytes were synced and not written since: these no loss can take. */
  readonly stable: number
}

/** Decisions of one power loss, asked in a fixed order. */
export interface LossDecisions {
  readonly keepsName: () => boolean
  readonly contentOf: (content: UnsyncedContent) => Uint8Array
}

const torn = ({ durable, cached, stable }: UnsyncedContent, random: () => number): Uint8Array => {
  const cut = (from: number): number => from + Math.floor(random() * (cached.length - from + 1))
  const choice = Math.floor(random() * 4)
  if (choice === 0) return durable
  if (choice === 1) return cached
  if (choice === 2) return cached.slice(0, cut(stable))
  const holed = cached.slice()
  const start = cut(stable)
  return holed.fill(0, start, cut(start))
}

export const lossDecisions = (loss: PowerLoss): LossDecisions => {
  if (typeof loss !== "string") {
    const random = seededRandom(loss.seed)
    return { keepsName: () => random() < 0.5, contentOf: (content) => torn(content, random) }
  }
  const keepsName = loss === "keep-all" || loss === "lose-data"
  const keepsData = loss === "keep-all" || loss === "lose-names"
  return { keepsName: () => keepsName, contentOf: ({ durable, cached }) => (keepsData ? cached : durable) }
}
