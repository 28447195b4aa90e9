/**
 * The events of Nexmark, an online auction: people register, open auctions and bid. One stream holds all three kinds.
 *
 * Left out of the published schema is what only pads an event to a size (`description`, `channel`, `url`, `extra`): no
 * query looks at it, and events are handed on by reference.
 */
import { Schema } from "effect"

const Person = Schema.Struct({
  _tag: Schema.Literal("Person"),
  id: Schema.Int,
  name: Schema.String,
  email: Schema.String,
  creditCard: Schema.String,
  city: Schema.String,
  state: Schema.String,
  time: Schema.Int
})
export type Person = typeof Person.Type

const Auction = Schema.Struct({
  _tag: Schema.Literal("Auction"),
  id: Schema.Int,
  itemName: Schema.String,
  initialBid: Schema.Int,
  reserve: Schema.Int,
  time: Schema.Int,
  expires: Schema.Int,
  seller: Schema.Int,
  category: Schema.Int
})
export type Auction = typeof Auction.Type

export const Bid = Schema.Struct({
  _tag: Schema.Literal("Bid"),
  auction: Schema.Int,
  bidder: Schema.Int,
  /** In cents. */
  price: Schema.Int,
  /** Epoch milliseconds, as all times. */
  time: Schema.Int
})
export type Bid = typeof Bid.Type

export const Event = Schema.Union([Person, Auction, Bid])
export type Event = typeof Event.Type

export const isBid = (event: Event): event is Bid => event._tag === "Bid"
