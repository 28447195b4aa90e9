/**
 * Generates Nexmark events in the proportions of the published generator, the same for the same seed.
 *
 * Of every 50 events the first is a person, the next three are auctions, the others bids. Half of the bids go to the hot
 * auction (the first of the last hundred), three quarters come from the hot bidder (the second of the last hundred people),
 * three quarters of the auctions belong to the hot seller (the first of them); the others are drawn from the auctions in
 * flight and the active people, and a few not seen yet. Prices spread evenly over six orders of magnitude. Event time
 * advances by a fixed rate.
 */
import { makeRandom, type Random } from "../harness/random.ts"
import type { Auction, Bid, Event, Person } from "./Event.ts"

export interface GeneratorOptions {
  readonly events: number
  readonly seed: number
  /** Of event time; 10,000 as in the published configuration. */
  readonly eventsPerSecond?: number
}

/** A whole number of windows after the epoch, whatever their size in seconds. */
export const firstTime = Date.UTC(2026, 0, 1)

const peopleShare = 1
const auctionsShare = 3
const share = 50

const hotAuctionRatio = 2
const hotBidderRatio = 4
const hotSellerRatio = 4
/** One in so many people or auctions is hot. */
const hotEvery = 100
const auctionsInFlight = 100
const activePeople = 1000
/** So many people and auctions not seen yet may be named. */
const lead = 10
const firstId = 1000
const firstCategory = 10
const categories = 5

const firstNames = ["Ada", "Ben", "Cleo", "Dora", "Emil", "Fay", "Gus", "Hal", "Ines", "Jon", "Kit"]
const lastNames = ["Archer", "Baker", "Carter", "Dyer", "Fisher", "Glover", "Mason", "Potter", "Weaver"]
const cities = ["Austin", "Boston", "Denver", "El Paso", "Fresno", "Houston", "Memphis", "Omaha", "Tucson", "Tulsa"]
const states = ["AZ", "CA", "ID", "OR", "WA", "WY"]

export function* generateEvents({ events, seed, eventsPerSecond = 10_000 }: GeneratorOptions): Generator<Event> {
  const random = makeRandom(seed)
  const timeOf = (index: number): number => firstTime + Math.floor((index * 1000) / eventsPerSecond)
  for (let index = 0; index < events; index++) {
    const place = index % share
    const time = timeOf(index)
    if (place < peopleShare) yield nextPerson(random, index, time)
    else if (place < peopleShare + auctionsShare) {
      const inFlightMs = timeOf(index + Math.floor((auctionsInFlight * share) / auctionsShare)) - time
      yield nextAuction(random, index, { time, inFlightMs })
    } else yield nextBid(random, index, time)
  }
}

const nextPerson = (random: Random, index: number, time: number): Person => ({
  _tag: "Person",
  id: firstId + lastPerson(index),
  name: `${oneOf(random, firstNames)} ${oneOf(random, lastNames)}`,
  email: `${letters(random, 7)}@${letters(random, 5)}.com`,
  creditCard: Array.from({ length: 4 }, () => String(random.below(10_000)).padStart(4, "0")).join(" "),
  city: oneOf(random, cities),
  state: oneOf(random, states),
  time
})

const nextAuction = (
  random: Random,
  index: number,
  { inFlightMs, time }: { readonly inFlightMs: number; readonly time: number }
): Auction => {
  const initialBid = nextPrice(random)
  const isHot = random.below(hotSellerRatio) > 0
  return {
    _tag: "Auction",
    id: firstId + lastAuction(index),
    itemName: letters(random, 20),
    initialBid,
    reserve: initialBid + nextPrice(random),
    time,
    expires: time + 1 + random.below(Math.max(inFlightMs * 2, 1)),
    seller: firstId + (isHot ? hotOf(lastPerson(index)) : nextPersonId(random, index)),
    category: firstCategory + random.below(categories)
  }
}

const nextBid = (random: Random, index: number, time: number): Bid => {
  const isHotAuction = random.below(hotAuctionRatio) > 0
  const auction = firstId + (isHotAuction ? hotOf(lastAuction(index)) : nextAuctionId(random, index))
  const isHotBidder = random.below(hotBidderRatio) > 0
  // The second one, so that the hot bidder is not the hot seller.
  const bidder = firstId + (isHotBidder ? hotOf(lastPerson(index)) + 1 : nextPersonId(random, index))
  return { _tag: "Bid", auction, bidder, price: nextPrice(random), time }
}

/** The newest person at an event, which may be the event's own; from 0. */
const lastPerson = (index: number): number => Math.floor(index / share)

/** The newest auction at an event, which may be the event's own; from 0, -1 before the first. */
const lastAuction = (index: number): number => {
  const round = Math.floor(index / share)
  const place = (index % share) - peopleShare
  return round * auctionsShare + (place < 0 ? -1 : Math.min(place, auctionsShare - 1))
}

const hotOf = (last: number): number => Math.floor(last / hotEvery) * hotEvery

const nextPersonId = (random: Random, index: number): number => {
  const people = lastPerson(index) + 1
  const active = Math.min(people, activePeople)
  return people - active + random.below(active + lead)
}

const nextAuctionId = (random: Random, index: number): number => {
  const newest = lastAuction(index)
  const oldest = Math.max(newest - auctionsInFlight, 0)
  return oldest + random.below(newest - oldest + 1 + lead)
}

/** From a dollar to a million, in cents. */
const nextPrice = (random: Random): number => Math.round(10 ** ((random.below(1_000_000) / 1_000_000) * 6) * 100)

const oneOf = (random: Random, texts: ReadonlyArray<string>): string => texts[random.below(texts.length)] ?? ""

const letters = (random: Random, count: number): string =>
  String.fromCharCode(...Array.from({ length: count }, () => 97 + random.below(26)))
