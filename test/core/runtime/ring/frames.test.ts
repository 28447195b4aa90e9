import fc from "fast-check"
import { expect, it } from "vitest"
import { minWatermark } from "../../../../packages/core/src/model/time.ts"
import { type ControlElement, readControl, writeControl } from "../../../../packages/core/src/runtime/ring/frames.ts"
import { WireWriter } from "../../../../packages/core/src/runtime/wire/WireWriter.ts"

const kinds = ["checkpoint", "final", "stop", "savepoint", "finalSavepoint", "stopSavepoint"] as const

const elements: fc.Arbitrary<ControlElement> = fc.oneof(
  fc
    .oneof(fc.constant(minWatermark), fc.maxSafeInteger())
    .map((timestamp) => ({ _tag: "Watermark" as const, timestamp })),
  fc.boolean().map((isIdle) => ({ _tag: "WatermarkStatus" as const, isIdle })),
  fc
    .record({
      id: fc.nat(),
      kind: fc.constantFrom(...kinds),
      base: fc.option(fc.nat()),
      alignment: fc.constantFrom("aligned" as const, "tracked" as const)
    })
    .map((barrier) => ({ _tag: "Barrier" as const, barrier })),
  fc.constant({ _tag: "EndOfData" as const })
)

it("every element that is no batch comes out of a ring as it went in", () => {
  const writer = new WireWriter()
  fc.assert(
    fc.property(elements, (element) => {
      writer.reset()
      const tag = writeControl(element, writer)
      expect(readControl(tag, writer.memory, 0)).toEqual(element)
    })
  )
})
