/**
 * The queries of Nexmark that are measured, and a running sum per key; the same as in
 * `test/bench/flink/src/main/java/tidemark/nexmark/Queries.java`.
 */
import { Aggregate, Pipeline, Window } from "@tidemark/core"
import type { Sink, Source } from "@tidemark/core/connector"
import { Schema } from "effect"
import { CountingSink } from "../jobs/CountingSink.ts"
import { Bid, Event, isBid } from "./Event.ts"

export type QueryName = "q0" | "q1" | "q2" | "q5" | "q7" | "sum"

export const windowMs = 10_000
export const slideMs = 5_000
export const auctionModulo = 123
/** Partial maxima of q7, so that one subtask need not see all bids. */
const highestParts = 16
/** Of checksums, since sums of sums grow beyond what a double holds exactly. `%` would be a call for a double. */
export const remainder = (value: number): number => value - Math.floor(value / 1_000_003) * 1_000_003

export interface Query {
  readonly title: string
  /** Whether it may see the events more than once. */
  readonly isStateless: boolean
  readonly make: (source: Source<Event>) => CountedPipeline
}

/** A pipeline that ends in a sink that counts. */
export interface CountedPipeline {
  readonly pipeline: Pipeline
  readonly counted: { readonly count: number; readonly sum: number }
}

const counted = <A>(
  schema: Schema.Codec<A, unknown>,
  numberOf: (value: A) => number,
  build: (sink: Sink<A>) => Pipeline
): CountedPipeline => {
  const sink = new CountingSink<A>(schema, numberOf)
  return { pipeline: build(sink.sink), counted: sink }
}

const BidInEuros = Schema.Struct({
  ...{ auction: Schema.Int, bidder: Schema.Int },
  ...{ price: Schema.Number, time: Schema.Int }
})
export type BidInEuros = typeof BidInEuros.Type

const AuctionPrice = Schema.Struct({ auction: Schema.Int, price: Schema.Int })
export type AuctionPrice = typeof AuctionPrice.Type

const Spending = Schema.Struct({ bidder: Schema.Int, price: Schema.Int })
export type Spending = typeof Spending.Type

const AuctionBids = Schema.Struct({ auction: Schema.Int, start: Schema.Int, bids: Schema.Int })
type AuctionBids = typeof AuctionBids.Type

/** The auctions with the most bids of a window. */
const HotItems = Schema.Struct({ start: Schema.Int, bids: Schema.Int, auctions: Schema.Array(Schema.Int) })
export type HotItems = typeof HotItems.Type

const passThrough = (source: Source<Event>): CountedPipeline =>
  counted(
    Event,
    (event) => (isBid(event) ? event.price : 1),
    (sink) => Pipeline.make("q0").from("events", source).to("sink", sink)
  )

const currencyConversion = (source: Source<Event>): CountedPipeline =>
  counted(
    BidInEuros,
    (bid) => Math.floor(bid.price),
    (sink) =>
      Pipeline.make("q1")
        .from("events", source)
        .filter(isBid)
        .map(({ auction, bidder, price, time }) => ({ auction, bidder, price: price * 0.908, time }), {
          schema: BidInEuros
        })
        .to("sink", sink)
  )

const selection = (source: Source<Event>): CountedPipeline =>
  counted(
    AuctionPrice,
    ({ auction, price }) => auction + price,
    (sink) =>
      Pipeline.make("q2")
        .from("events", source)
        .filter(isBid)
        .filter((bid) => bid.auction % auctionModulo === 0)
        .map(({ auction, price }) => ({ auction, price }), { schema: AuctionPrice })
        .to("sink", sink)
  )

const hotItems = (source: Source<Event>): CountedPipeline =>
  counted(HotItems, hotItemsNumber, (sink) =>
    Pipeline.make("q5")
      .from("events", source)
      .eventTime((event) => event.time)
      .filter(isBid)
      .keyBy((bid) => bid.auction, Schema.Int)
      .window(Window.sliding(windowMs, slideMs))
      .aggregate("bids", Aggregate.count)
      .map(({ key, value, window }) => ({ auction: key, start: window.start, bids: value }), { schema: AuctionBids })
      .keyBy("start")
      // Results of a window carry its last millisecond: those of one window, and no others, meet here.
      .window(Window.tumbling(slideMs))
      .aggregate("most-bids", mostBids)
      .map(({ value }) => value, { schema: HotItems })
      .to("sink", sink)
  )

const mostBids = Aggregate.custom<AuctionBids, HotItems, HotItems>({
  schema: HotItems,
  create: () => ({ start: 0, bids: 0, auctions: [] }),
  add: (hot, { auction, bids, start }) => {
    if (bids < hot.bids) return hot
    return { start, bids, auctions: bids > hot.bids ? [auction] : [...hot.auctions, auction] }
  },
  result: (hot) => hot,
  resultSchema: HotItems
})

export const hotItemsNumber = ({ auctions, bids, start }: HotItems): number =>
  auctions.reduce((sum, auction) => sum + auction, bids + remainder(start))

const highestBid = (source: Source<Event>): CountedPipeline =>
  counted(
    Bid,
    (bid) => bid.auction + bid.bidder + bid.price + remainder(bid.time),
    (sink) =>
      Pipeline.make("q7")
        .from("events", source)
        .eventTime((event) => event.time)
        .filter(isBid)
        .keyBy((bid) => bid.auction % highestParts, Schema.Int)
        .window(Window.tumbling(windowMs))
        .aggregate("highest-of-part", highest)
        .map(({ value }) => value, { schema: Bid })
        .keyBy((bid) => bid.time - (bid.time % windowMs), Schema.Int)
        .window(Window.tumbling(windowMs))
        .aggregate("highest", highest)
        .map(({ value }) => value, { schema: Bid })
        .to("sink", sink)
  )

/** The higher bid; of equal ones the earlier, then that of the older auction, then of the older bidder. */
export const higher = (a: Bid, b: Bid): Bid => {
  if (a.price !== b.price) return a.price > b.price ? a : b
  if (a.time !== b.time) return a.time < b.time ? a : b
  if (a.auction !== b.auction) return a.auction < b.auction ? a : b
  return a.bidder <= b.bidder ? a : b
}

const highest = Aggregate.custom<Bid, Bid, Bid>({
  schema: Bid,
  create: () => ({ _tag: "Bid", auction: 0, bidder: 0, price: -1, time: 0 }),
  add: higher,
  result: (bid) => bid,
  resultSchema: Bid
})

const keyedSum = (source: Source<Event>): CountedPipeline =>
  counted(
    Spending,
    ({ price }) => remainder(price),
    (sink) =>
      Pipeline.make("sum")
        .from("events", source)
        .filter(isBid)
        .map(({ bidder, price }) => ({ bidder, price }), { schema: Spending })
        .keyBy("bidder")
        .reduce("spent", (sum, more) => ({ bidder: sum.bidder, price: sum.price + more.price }))
        .to("sink", sink)
  )

export const queries: ReadonlyMap<QueryName, Query> = new Map<QueryName, Query>([
  ["q0", { title: "pass through", isStateless: true, make: passThrough }],
  ["q1", { title: "currency conversion of bids", isStateless: true, make: currencyConversion }],
  ["q2", { title: "bids of some auctions", isStateless: true, make: selection }],
  ["q5", { title: "hot items: sliding windows, then the most bids", isStateless: false, make: hotItems }],
  ["q7", { title: "highest bid of tumbling windows", isStateless: false, make: highestBid }],
  ["sum", { title: "running sum per bidder", isStateless: false, make: keyedSum }]
])
