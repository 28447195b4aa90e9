/**
 * Turnover per shop and hour, out of a folder of orders.
 *
 * Run: npm start
 * Kill it whenever you like and run it again: every hour of every shop appears once, with the right sum.
 */
import { JsonlFile } from "@tidemark/connectors/jsonl"
import { Aggregate, Job, Pipeline, Trigger, Window } from "@tidemark/core"
import type { Sink, Source } from "@tidemark/core/connector"
import { Schema } from "effect"

export const Order = Schema.Struct({
  shop: Schema.String,
  /** Epoch milliseconds. */
  at: Schema.Int,
  cents: Schema.Int
})
export type Order = typeof Order.Type

export const Turnover = Schema.Struct({
  shop: Schema.String,
  /** Beginning of the hour in UTC. */
  hour: Schema.String,
  orders: Schema.Int,
  cents: Schema.Int
})
export type Turnover = typeof Turnover.Type

/** The computation, between whatever source and sink: so a test can give it its own. */
export const turnover = (orders: Source<Order>, report: Sink<Turnover>): Pipeline =>
  Pipeline.make("{{name}}")
    .from("orders", orders)
    .eventTime(({ at }) => at, { outOfOrderness: "10 minutes" })
    .filter(({ cents }) => cents > 0)
    .keyBy("shop")
    .window(Window.tumbling("1 hour"))
    .aggregate("turnover", { orders: Aggregate.count, cents: Aggregate.sum("cents") })
    .map(({ key, value, window }) => ({ shop: key, hour: new Date(window.start).toISOString(), ...value }), {
      schema: Turnover
    })
    .to("report", report)

/** What stands behind `--` on the command line. */
const Args = Schema.Struct({ input: Schema.String, out: Schema.String })

export default Job.define(Args, ({ input, out }) => ({
  pipeline: turnover(
    JsonlFile.source({ path: input, schema: Order }),
    JsonlFile.sink({ directory: out, schema: Turnover })
  ),
  checkpoint: { trigger: Trigger.every("1 second") }
}))
