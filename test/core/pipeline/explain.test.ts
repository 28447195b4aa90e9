import { Aggregate, Pipeline, Window } from "@tidemark/core"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { compiled, sinkOf, Visit, visits } from "./fixtures.ts"

const plan = compiled(
  visits()
    .eventTime((visit) => visit.at, { outOfOrderness: "90 seconds" })
    .filter((visit) => visit.size > 0, { uid: 'not "empty"' })
    .keyBy("page")
    .window(Window.tumbling("1 day"))
    .aggregate("daily", { visits: Aggregate.count, worst: Aggregate.max("size") })
    .map(({ key, value, window }) => ({ page: key, size: value.worst, at: window.start }), { schema: Visit })
    .keyBy((visit) => [visit.page, visit.at], Schema.Tuple([Schema.String, Schema.Int]))
    .reduce("latest", (_, visit) => visit)
    .to("report", sinkOf(Visit))
)

describe("explain", () => {
  it("shows tasks, chained operators, exchanges and states as text", () => {
    expect(Pipeline.explain(plan, { parallelism: 2 })).toMatchInlineSnapshot(`
      "pipeline "visits"

      task "visits" (parallelism 2)
        visits: source memory (bounded; event time, out of order by 90 seconds)
        eventTime-1: event time
        not "empty": filter
        exchange by page (string) to "daily": batches by reference, hash of the text
        2 operators, one fused loop

      task "daily" (parallelism 2)
        from "visits"
        daily: tumbling window of 1 day: visits = count, worst = max(size)
          state "windows" (window, off-heap: string key, 2 numbers): string -> { visits.count: number, worst.max: number }
        map-5: map
        exchange by function ([string, number]) to "latest": batches by reference, hash of the tuple's text
        2 operators, one fused loop

      task "latest" (parallelism 2)
        from "daily"
        latest: running reduce
          state "reduced" (reducing, maps: field "page" is a string): [string, number] -> { at: number, page: string, size: number }
        report: sink nowhere (two-phase)
        1 operator, one fused loop"
    `)
  })

  it("shows the same as a Mermaid flowchart", () => {
    expect(Pipeline.explain(plan, { parallelism: 2, format: "mermaid" })).toMatchInlineSnapshot(`
      "flowchart TD
        task0["visits (parallelism 2)<br/>visits: source memory (bounded#59; event time, out of order by 90 seconds)<br/>eventTime-1: event time<br/>not #34;empty#34;: filter<br/>exchange by page (string) to #34;daily#34;: batches by reference, hash of the text<br/>2 operators, one fused loop"]
        task1["daily (parallelism 2)<br/>from #34;visits#34;<br/>daily: tumbling window of 1 day: visits = count, worst = max(size)<br/>state #34;windows#34; (window, off-heap: string key, 2 numbers): string -#62; #123; visits.count: number, worst.max: number #125;<br/>map-5: map<br/>exchange by function ([string, number]) to #34;latest#34;: batches by reference, hash of the tuple's text<br/>2 operators, one fused loop"]
        task2["latest (parallelism 2)<br/>from #34;daily#34;<br/>latest: running reduce<br/>state #34;reduced#34; (reducing, maps: field #34;page#34; is a string): [string, number] -#62; #123; at: number, page: string, size: number #125;<br/>report: sink nowhere (two-phase)<br/>1 operator, one fused loop"]
        task0 -->|"page (string)"| task1
        task1 -->|"function ([string, number])"| task2"
    `)
  })

  it("shows the generated code on demand", () => {
    expect(Pipeline.explain(plan, { parallelism: 1, code: true })).toMatchInlineSnapshot(`
      "pipeline "visits"

      task "visits" (parallelism 1)
        visits: source memory (bounded; event time, out of order by 90 seconds)
        eventTime-1: event time
        not "empty": filter
        keyBy-3: key page, in the same task
        daily: tumbling window of 1 day: visits = count, worst = max(size)
          state "windows" (window, off-heap: string key, 2 numbers): string -> { visits.count: number, worst.max: number }
        map-5: map
        keyBy-6: key function, in the same task
        latest: running reduce
          state "reduced" (reducing, maps: field "page" is a string): [string, number] -> { at: number, page: string, size: number }
        report: sink nowhere (two-phase)
        5 operators, one fused loop
        code:
        "use strict"
        const { assign3, invalidEventTime4, keeps5, invalidKey8, keyGroupOf9, hash10, map26, key29, toTupleText30, frozen34, reduce35, table32, rows12 } = bound
        const output = context.output
        const direct = directOutputOf(output)
        const writer = direct.writer
        let written = 0
        let watermark = -Infinity
        let highest = -Infinity
        let fired = -Infinity
        let passed = -Infinity
        let at = 0
        let firing
        let late3 = 0
        const emit24 = (value, timestamp, key, group) => {
          const currentWatermark = passed
          firing = value
          // map-5: map
          at = 4
          const value25 = map26(value)
          // keyBy-6: key function, in the same task
          at = 5
          const key27 = toTupleText30(key29(value25))
          const group28 = keyGroupOf9(hash10(key27))
          // latest: running reduce
          at = 6
          const before33 = table32.get(key27, group28, 0)
          const reduced31 = frozen34(before33 === undefined ? value25 : reduce35(before33, value25))
          table32.set(key27, group28, 0, reduced31)
          at = 8
          written++
          writer.write(reduced31, timestamp)
          at = 3
        }
        const seek21 = (keys, length, first16, cells14, offsets) => {
          for (let i = 0; i < length; i++) {
            const key = keys[i]
            const row = first16.get(key) ?? -1
            offsets[i] = row * 3
          }
          let found = 0
          let seen = 0
          for (let i = 0; i < length; i++) {
            const at = offsets[i]
            if (at < 0) continue
            seen += cells14[at]
            found++
          }
          rows12.sought(length, found, seen)
        }
        const run = (columns) => {
          const values = columns.values
          const length = values.length
          const currentWatermark = watermark
          let maxTimestamp = highest
          let namespace13 = rows12.namespace
          let cells14 = rows12.cells
          let first16 = rows12.first
          const epoch15 = rows12.epoch
          const ahead18 = rows12.prepare(length) ? namespace13 : NaN
          let isKnown17 = ahead18 === namespace13
          const offsets19 = rows12.aheadOffsets
          const keys20 = rows12.aheadKeys
          if (isKnown17) {
            for (let i = 0; i < length; i++) keys20[i] = values[i]?.["page"]
            seek21(keys20, length, first16, cells14, offsets19)
          }
          let at = 0
          let index = 0
          try {
            for (; index < length; index++) {
              const value = values[index]
              const timestamp = -Infinity
              // eventTime-1: event time
              at = 0
              const answer1 = assign3(value)
              const timestamp2 = Math.floor(typeof answer1 === "number" ? answer1 : answer1.getTime()) + 0
              if (!(timestamp2 >= -8640000000000000 && timestamp2 <= 8640000000000000)) throw invalidEventTime4(answer1)
              if (timestamp2 > maxTimestamp) maxTimestamp = timestamp2
              // not "empty": filter
              at = 1
              if (keeps5(value)) {
                // keyBy-3: key page, in the same task
                at = 2
                const key6 = value["page"]
                if (typeof key6 !== "string") throw invalidKey8(key6)
                const group7 = keyGroupOf9(hash10(key6))
                // daily: tumbling window of 1 day: visits = count, worst = max(size)
                at = 3
                let start11 = namespace13
                if (!(timestamp2 >= start11 && timestamp2 < start11 + 86400000)) start11 = Math.floor(timestamp2 / 86400000) * 86400000
                if (start11 + 86399999 <= currentWatermark) late3++
                else {
                  if (start11 !== namespace13) {
                    rows12.open(start11)
                    cells14 = rows12.cells
                    first16 = rows12.first
                    namespace13 = start11
                    isKnown17 = start11 === ahead18
                  }
                  let at22 = isKnown17 && keys20[index] === key6 ? offsets19[index] : -1
                  if (at22 < 0) {
                    const row23 = first16.get(key6)
                    if (row23 !== undefined) at22 = row23 * 3
                  }
                  if (at22 < 0) at22 = rows12.seekElsewhere(key6)
                  else if (cells14[at22] !== epoch15) rows12.touch(at22)
                  if (at22 < 0) {
                    at22 = rows12.create(key6, start11)
                    cells14 = rows12.cells
                    first16 = rows12.first
                    cells14[at22 + 1] = 0
                    cells14[at22 + 2] = -Infinity
                  }
                  cells14[at22 + 1]++
                  cells14[at22 + 2] = Math.max(cells14[at22 + 2], value["size"])
                }
              }
              at = 0
            }
          } catch (error) {
            throw fail(error, { step: at, position: context.position(index), record: values[index] })
          } finally {
            direct.wrote(written)
            written = 0
          }
          highest = maxTimestamp
        }
        const advance = (to) => {
          passed = watermark
          if (to > watermark) watermark = to
          if (watermark <= fired) return
          const previous = fired
          const current = watermark
          fired = current
          try {
            at = 3
            firing = undefined
            if (Math.floor((previous + 1) / 86400000) < Math.floor((current + 1) / 86400000)) {
              for (const start of rows12.namespaces()) {
                if (start + 86399999 > current) break
                const end = start + 86400000
                rows12.drain(start, (key, cells, offset) => {
                  emit24({ key: key, window: { start, end }, value: { "visits": cells[offset + 1], "worst": cells[offset + 2] } }, end - 1, key, rows12.groupOf(key))
                })
              }
            }
          } catch (error) {
            throw fail(error, { step: at, position: firedPosition(current), record: firing })
          } finally {
            direct.wrote(written)
            written = 0
          }
        }
        return {
          run,
          advance,
          watermark: () => watermark,
          restoreWatermark: (to) => {
            watermark = to
            fired = -Infinity
          },
          takeMaxTimestamp: () => {
            const taken = highest
            highest = -Infinity
            return taken
          },
          lateRecords: () => new Map([["daily", late3]].filter((entry) => entry[1] > 0)),
          source
        }"
    `)
  })
})
