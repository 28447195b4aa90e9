/** What the queries come to, computed from their definitions over a list of events: what engines are held against. */
import { type Bid, type Event, isBid } from "./Event.ts"
import { auctionModulo, higher, hotItemsNumber, type QueryName, remainder, slideMs, windowMs } from "./queries.ts"

/** A count of results, and a sum of a number of each. */
export interface Answer {
  readonly count: number
  readonly sum: number
}

export const answerByHand = (query: QueryName, events: ReadonlyArray<Event>): Answer => {
  switch (query) {
    case "q0":
      return answerOf(events.map((event) => (isBid(event) ? event.price : 1)))
    case "q1":
      return answerOf(bidsOf(events).map(({ price }) => Math.floor(price * 0.908)))
    case "q2":
      return answerOf(
        bidsOf(events)
          .filter(({ auction }) => auction % auctionModulo === 0)
          .map(({ auction, price }) => auction + price)
      )
    case "q5":
      return answerOf(hotItems(events))
    case "q7":
      return answerOf(highestBids(events))
    case "sum":
      return answerOf(runningSums(events))
  }
}

const bidsOf = (events: ReadonlyArray<Event>): ReadonlyArray<Bid> => events.filter(isBid)

const answerOf = (numbers: ReadonlyArray<number>): Answer => ({
  count: numbers.length,
  sum: numbers.reduce((sum, number) => sum + number, 0)
})

const hotItems = (events: ReadonlyArray<Event>): ReadonlyArray<number> => {
  const windows = new Map<number, Map<number, number>>()
  for (const { auction, time } of bidsOf(events)) {
    for (let start = time - (time % slideMs); start > time - windowMs; start -= slideMs) {
      const counts = windows.get(start) ?? new Map<number, number>()
      windows.set(start, counts.set(auction, (counts.get(auction) ?? 0) + 1))
    }
  }
  return [...windows].map(([start, counts]) => {
    const bids = Math.max(...counts.values())
    const auctions = [...counts].filter(([, count]) => count === bids).map(([auction]) => auction)
    return hotItemsNumber({ start, bids, auctions })
  })
}

const highestBids = (events: ReadonlyArray<Event>): ReadonlyArray<number> => {
  const windows = new Map<number, Bid>()
  for (const bid of bidsOf(events)) {
    const start = bid.time - (bid.time % windowMs)
    windows.set(start, higher(windows.get(start) ?? bid, bid))
  }
  return [...windows.values()].map(({ auction, bidder, price, time }) => auction + bidder + price + remainder(time))
}

const runningSums = (events: ReadonlyArray<Event>): ReadonlyArray<number> => {
  const sums = new Map<number, number>()
  return bidsOf(events).map(({ bidder, price }) => {
    const sum = (sums.get(bidder) ?? 0) + price
    sums.set(bidder, sum)
    return remainder(sum)
  })
}
