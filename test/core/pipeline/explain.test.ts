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
        exchange by page (string) to "daily": batches by reference, no hash
        2 operators, one fused loop
        code:
        "use strict"
        const { assign3, invalidEventTime4, keeps5, invalidKey8, keyGroupOf9, hash10 } = bound
        const output = context.output
        const hashes = output.isSingle !== true
        let watermark = -Infinity
        let highest = -Infinity
        const run = (columns) => {
          const values = columns.values
          const length = values.length
          const currentWatermark = watermark
          let maxTimestamp = highest
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
                at = 2
                const key6 = value["page"]
                if (typeof key6 !== "string") throw invalidKey8(key6)
                const group7 = hashes ? keyGroupOf9(hash10(key6)) : 0
                at = 3
                output.collect(value, timestamp2, key6, group7)
              }
              at = 0
            }
          } catch (error) {
            throw fail(error, { step: at, position: context.position(index), record: values[index] })
          }
          highest = maxTimestamp
        }
        const advance = (to) => {
          if (to > watermark) watermark = to
        }
        return {
          run,
          advance,
          watermark: () => watermark,
          restoreWatermark: (to) => {
            watermark = to
          },
          takeMaxTimestamp: () => {
            const taken = highest
            highest = -Infinity
            return taken
          },
          lateRecords: () => new Map([].filter((entry) => entry[1] > 0)),
          source
        }

      task "daily" (parallelism 1)
        from "visits"
        daily: tumbling window of 1 day: visits = count, worst = max(size)
          state "windows" (window, off-heap: string key, 2 numbers): string -> { visits.count: number, worst.max: number }
        map-5: map
        exchange by function ([string, number]) to "latest": batches by reference, hash of the tuple's text
        2 operators, one fused loop
        code:
        "use strict"
        const { map11, key14, toTupleText15, keyGroupOf16, hash17, rows2 } = bound
        const output = context.output
        let watermark = -Infinity
        let highest = -Infinity
        let fired = -Infinity
        let at = 0
        let firing
        let late0 = 0
        const emit9 = (value, timestamp, key, group) => {
          const currentWatermark = watermark
          firing = value
          // map-5: map
          at = 1
          const value10 = map11(value)
          at = 2
          const key12 = toTupleText15(key14(value10))
          const group13 = keyGroupOf16(hash17(key12))
          at = 3
          output.collect(value10, timestamp, key12, group13)
          at = 0
        }
        const run = (columns) => {
          const values = columns.values
          const timestamps = columns.timestamps
          const timed = timestamps.length > 0
          const keys = columns.keys
          const groups = columns.groups
          const length = values.length
          const currentWatermark = watermark
          let maxTimestamp = highest
          let namespace3 = rows2.namespace
          let cells4 = rows2.cells
          let first6 = rows2.first
          const epoch5 = rows2.epoch
          let at = 0
          let index = 0
          try {
            for (; index < length; index++) {
              const value = values[index]
              const timestamp = timed ? timestamps[index] : -Infinity
              const key = keys[index]
              const group = groups[index]
              // daily: tumbling window of 1 day: visits = count, worst = max(size)
              at = 0
              let start1 = namespace3
              if (!(timestamp >= start1 && timestamp < start1 + 86400000)) start1 = Math.floor(timestamp / 86400000) * 86400000
              if (start1 + 86399999 <= currentWatermark) late0++
              else {
                if (start1 !== namespace3) {
                  rows2.open(start1)
                  cells4 = rows2.cells
                  first6 = rows2.first
                  namespace3 = start1
                }
                const row8 = first6.get(key)
                let at7 = row8 === undefined ? -1 : row8 * 3
                if (at7 < 0) at7 = rows2.seekElsewhere(key)
                else if (cells4[at7] !== epoch5) rows2.touch(at7)
                if (at7 < 0) {
                  at7 = rows2.create(key, start1)
                  cells4 = rows2.cells
                  first6 = rows2.first
                  cells4[at7 + 1] = 0
                  cells4[at7 + 2] = -Infinity
                }
                cells4[at7 + 1]++
                cells4[at7 + 2] = Math.max(cells4[at7 + 2], value["size"])
              }
              at = 0
            }
          } catch (error) {
            throw fail(error, { step: at, position: context.position(index), record: values[index] })
          }
          highest = maxTimestamp
        }
        const advance = (to) => {
          if (to > watermark) watermark = to
          if (watermark <= fired) return
          const previous = fired
          const current = watermark
          fired = current
          try {
            at = 0
            firing = undefined
            if (Math.floor((previous + 1) / 86400000) < Math.floor((current + 1) / 86400000)) {
              for (const start of rows2.namespaces()) {
                if (start + 86399999 > current) break
                const end = start + 86400000
                rows2.drain(start, (key, cells, offset) => {
                  emit9({ key: key, window: { start, end }, value: { "visits": cells[offset + 1], "worst": cells[offset + 2] } }, end - 1, key, 0)
                })
              }
            }
          } catch (error) {
            throw fail(error, { step: at, position: firedPosition(current), record: firing })
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
          lateRecords: () => new Map([["daily", late0]].filter((entry) => entry[1] > 0)),
          source
        }

      task "latest" (parallelism 1)
        from "daily"
        latest: running reduce
          state "reduced" (reducing, maps: field "page" is a string): [string, number] -> { at: number, page: string, size: number }
        report: sink nowhere (two-phase)
        1 operator, one fused loop
        code:
        "use strict"
        const { frozen4, reduce5, table2 } = bound
        const output = context.output
        const direct = directOutputOf(output)
        const writer = direct.writer
        let written = 0
        let watermark = -Infinity
        let highest = -Infinity
        const run = (columns) => {
          const values = columns.values
          const timestamps = columns.timestamps
          const timed = timestamps.length > 0
          const keys = columns.keys
          const groups = columns.groups
          const length = values.length
          const currentWatermark = watermark
          let maxTimestamp = highest
          let at = 0
          let index = 0
          try {
            for (; index < length; index++) {
              const value = values[index]
              const timestamp = timed ? timestamps[index] : -Infinity
              const key = keys[index]
              const group = groups[index]
              // latest: running reduce
              at = 0
              const before3 = table2.get(key, group, 0)
              const reduced1 = frozen4(before3 === undefined ? value : reduce5(before3, value))
              table2.set(key, group, 0, reduced1)
              at = 2
              written++
              writer.write(reduced1, timestamp)
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
          if (to > watermark) watermark = to
        }
        return {
          run,
          advance,
          watermark: () => watermark,
          restoreWatermark: (to) => {
            watermark = to
          },
          takeMaxTimestamp: () => {
            const taken = highest
            highest = -Infinity
            return taken
          },
          lateRecords: () => new Map([].filter((entry) => entry[1] > 0)),
          source
        }"
    `)
  })
})
