import type { Barrier } from "./Barrier.ts"
import type { Batch } from "./Batch.ts"
import type { Timestamp } from "./time.ts"

/** What travels in band through a channel, in order. After `EndOfData` barriers still flow (rule 7). */
export type StreamElement =
  | { readonly _tag: "Records"; readonly batch: Batch }
  | { readonly _tag: "Watermark"; readonly timestamp: Timestamp }
  | { readonly _tag: "Barrier"; readonly barrier: Barrier }
  | { readonly _tag: "EndOfData" }
