/** The elements of a stream as frames of a ring; batches have their own codec. */

import type { Alignment, CheckpointKind } from "../../model/Barrier.ts"
import { invariant } from "../../model/invariant.ts"
import type { StreamElement } from "../../model/StreamElement.ts"
import type { WireMemory } from "../wire/WireMemory.ts"
import type { WireWriter } from "../wire/WireWriter.ts"

/** Tags of frames; 0 is padding. */
export const frameTag = { records: 1, watermark: 2, barrier: 3, endOfData: 4, watermarkStatus: 5 } as const

/** Set in the tag of every piece of a long frame but the last. */
export const continues = 0x100

export type ControlElement = Exclude<StreamElement, { readonly _tag: "Records" }>

const kinds = [
  ...(["checkpoint", "final", "stop"] as const),
  ...(["savepoint", "finalSavepoint", "stopSavepoint"] as const)
] as const satisfies ReadonlyArray<CheckpointKind>

const alignments = ["aligned", "tracked"] as const satisfies ReadonlyArray<Alignment>

/** Appends a control element and answers its tag. */
export const writeControl = (element: ControlElement, out: WireWriter): number => {
  switch (element._tag) {
    case "Watermark":
      writeNumbers(out, [element.timestamp])
      return frameTag.watermark
    case "WatermarkStatus":
      writeNumbers(out, [element.isIdle ? 1 : 0])
      return frameTag.watermarkStatus
    case "Barrier": {
      const { alignment, base, id, kind } = element.barrier
      writeNumbers(out, [id, kinds.indexOf(kind), base === null ? 0 : 1, base ?? 0, alignments.indexOf(alignment)])
      return frameTag.barrier
    }
    case "EndOfData":
      return frameTag.endOfData
  }
}

export const readControl = (tag: number, { f64 }: WireMemory, offset: number): ControlElement => {
  const at = offset >>> 3
  const number = (index: number): number => f64[at + index] ?? 0
  switch (tag) {
    case frameTag.watermark:
      return { _tag: "Watermark", timestamp: number(0) }
    case frameTag.watermarkStatus:
      return { _tag: "WatermarkStatus", isIdle: number(0) === 1 }
    case frameTag.barrier: {
      const kind = kinds[number(1)]
      invariant(kind !== undefined, "a barrier has a known kind", { kind: number(1) })
      const alignment = alignments[number(4)]
      invariant(alignment !== undefined, "a barrier has a known alignment", { alignment: number(4) })
      const base = number(2) === 0 ? null : number(3)
      return { _tag: "Barrier", barrier: { id: number(0), kind, base, alignment } }
    }
    default:
      invariant(tag === frameTag.endOfData, "a frame has a known tag", { tag })
      return { _tag: "EndOfData" }
  }
}

const writeNumbers = (out: WireWriter, numbers: ReadonlyArray<number>): void => {
  const at = out.reserve(numbers.length * 8)
  out.memory.f64.set(numbers, at >>> 3)
}
