/** What the types of unions and side outputs let through and what they stop; compiled by `tsc`, never run. */
import { Aggregate, Pipeline, SideOutput, type Stream, Window } from "@tidemark/core"
import type { Sink, Source } from "@tidemark/core/connector"
import { Schema } from "effect"

const Visit = Schema.Struct({ page: Schema.String, at: Schema.Number })
type Visit = typeof Visit.Type
const Order = Schema.Struct({ item: Schema.String, when: Schema.Number })
type Order = typeof Order.Type
const Detailed = Schema.Struct({ ...Visit.fields, referrer: Schema.String })

declare const visits: Source<Visit>
declare const orders: Source<Order>
declare const detailed: Source<typeof Detailed.Type>
declare const visitSink: Sink<Visit>
declare const orderSink: Sink<Order>
declare const anything: Sink<unknown>

const visitOf = ({ item, when }: Order): Visit => ({ page: item, at: when })
const web = Pipeline.make("visits").from("web", visits)

// Streams of the same records meet, whatever brought them there; richer records fit as well.
export const all: Stream<Visit> = web
  .eventTime(({ at }) => at)
  .union(
    "all",
    (from) =>
      from("shop", orders)
        .eventTime(({ when }) => when)
        .map(visitOf, { schema: Visit }),
    (from) => from("detailed", detailed),
    (from) =>
      from("again", visits)
        .keyBy("page")
        .reduce("last", (_, visit) => visit)
  )
export const nested: Stream<Visit> = web.union("outer", (from) =>
  from("a", visits).union("inner", (inner) => inner("b", visits))
)

// @ts-expect-error orders are no visits
web.union("all", (from) => from("shop", orders))
web.union(
  "all",
  (from) => from("more", visits),
  // @ts-expect-error nor are they in second place
  (from) => from("shop", orders)
)
// @ts-expect-error without a schema nobody knows what comes
web.union("all", (from) => from("shop", orders).map(visitOf))
// @ts-expect-error a pipeline that has ended is no stream
web.union("all", (from) => from("more", visits).to("sink", visitSink))
// @ts-expect-error a keyed stream is none either
web.union("all", (from) => from("more", visits).keyBy("page"))
// @ts-expect-error event time belongs right behind a source
all.eventTime(({ at }) => at)

const late = SideOutput.make("late", Visit)
const lateOrders = SideOutput.make("late orders", Order)
const lateAnything = SideOutput.make("late anything", Schema.Struct({ page: Schema.String }))
const windows = all.keyBy("page").window(Window.tumbling("1 day"))

const counted = windows.aggregate("daily", { visits: Aggregate.count }, { late }).to("report", anything)

// A pipeline stays a pipeline; the records of a side output have their type.
export const continued: Pipeline = counted.side(late, (stream) =>
  stream.filter(({ at }) => at > 0).to("late", visitSink)
)
export const dropped: Pipeline = counted.side(late, SideOutput.ignore)
export const deeper: Pipeline = counted.side(late, (stream) =>
  stream
    .keyBy("page")
    .window(Window.tumbling(1000))
    .aggregate("again", Aggregate.count, { late: lateAnything })
    .to("out", anything)
    .side(lateAnything, (inner) => inner.map(({ page }) => page, { schema: Schema.String }).to("pages", anything))
)

// @ts-expect-error late records are visits, not orders
windows.aggregate("daily", { visits: Aggregate.count }, { late: lateOrders })
// Fewer fields are enough.
windows.aggregate("daily", { visits: Aggregate.count }, { late: lateAnything })
// @ts-expect-error a name is no side output
windows.aggregate("daily", { visits: Aggregate.count }, { late: "late" })
// @ts-expect-error visits are no orders
counted.side(late, (stream) => stream.to("late", orderSink))
// @ts-expect-error a line has to end in a sink
counted.side(late, (stream) => stream)
// @ts-expect-error the records of a side output have been given their time
counted.side(late, (stream) => stream.eventTime(({ at }) => at).to("late", visitSink))
// @ts-expect-error only a pipeline that has ended goes on with its side outputs
windows.aggregate("daily", Aggregate.count, { late }).side(late, SideOutput.ignore)
