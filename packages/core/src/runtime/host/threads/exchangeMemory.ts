/** The memory that the threads of an attempt share: a ring for every channel between two of them, a doorbell for each. */
import type { ChannelId } from "../../../model/ids.ts"
import type { PhysicalPlan } from "../../../pipeline/PhysicalPlan.ts"
import { type BellMemory, makeBellMemory } from "../../ring/Doorbell.ts"
import { makeRingMemory, type RingMemory, ringCapacity } from "../../ring/ringMemory.ts"
import { linksOf } from "../../Transport.ts"
import { threadOf } from "./threadOf.ts"

export interface ExchangeMemory {
  /** By thread. */
  readonly bells: ReadonlyArray<BellMemory>
  readonly rings: ReadonlyMap<ChannelId, RingMemory>
}

export const makeExchangeMemory = (
  plan: PhysicalPlan,
  { parallelism, threads }: { readonly parallelism: number; readonly threads: number }
): ExchangeMemory => {
  const links = linksOf(plan, parallelism).filter(
    ({ receiver, sender }) => threadOf(sender, threads) !== threadOf(receiver, threads)
  )
  const capacity = ringCapacity(links.length)
  return {
    bells: Array.from({ length: threads }, makeBellMemory),
    rings: new Map(links.map(({ id }) => [id, makeRingMemory(capacity)]))
  }
}
