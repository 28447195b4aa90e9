import type { Barrier } from "./Barrier.ts"
import type { Batch } from "./Batch.ts"
import type { Timestamp } from "./time.ts"

/** What travels in band through a channel, in order. After `EndOfData` barriers still flow (rule 7). */
export type StreamElement =
  | { readonly _tag: "Records"; readonly batch: Batch }
  | { readonly _tag: "Watermark"; readonly timestamp: Timestamp }
  /** Idle: no records or watermarks come until it is active again, and nobody behind waits for its watermark. */
  | { readonly _tag: "WatermarkStatus"; readonly isIdle: boolean }
  | { readonly _tag: "Barrier"; readonly barrier: Barrier }
  | { readonly _tag: "EndOfData" }
