import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { answerByHand } from "./answersByHand.ts"
import type { Event } from "./Event.ts"
import { readEventFile, writeEventFile } from "./eventFile.ts"
import { firstTime, generateEvents } from "./generateEvents.ts"
import { queries } from "./queries.ts"
import { prepareQuery } from "./runQuery.ts"

const count = 60_000
/** Event time advances by a minute in all. */
const events = [...generateEvents({ events: count, seed: 1, eventsPerSecond: 1_000 })]

const shareOf = (of: ReadonlyArray<Event>, holds: (event: Event) => boolean): number =>
  of.filter(holds).length / of.length

let directory = ""
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "nexmark-test-"))
})
afterAll(() => rm(directory, { recursive: true }))

describe("the generator of Nexmark events", () => {
  it("makes the same events for the same seed, and others for another", () => {
    const of = (seed: number) => [...generateEvents({ events: 1_000, seed })]
    expect(of(7)).toEqual(of(7))
    expect(of(7)).not.toEqual(of(8))
  })

  it("makes one person and three auctions for every 46 bids, in the order of time", () => {
    const ofTag = (tag: Event["_tag"]) => events.filter((event) => event._tag === tag).length
    expect([ofTag("Person"), ofTag("Auction"), ofTag("Bid")]).toEqual([count / 50, (3 * count) / 50, (46 * count) / 50])
    expect(events.every((event, i) => event.time === firstTime + i)).toBe(true)
  })

  it("numbers people and auctions without gaps", () => {
    const people = events.flatMap((event) => (event._tag === "Person" ? [event.id] : []))
    const auctions = events.flatMap((event) => (event._tag === "Auction" ? [event.id] : []))
    expect(people).toEqual(people.map((_, i) => 1000 + i))
    expect(auctions).toEqual(auctions.map((_, i) => 1000 + i))
  })

  it("favours hot auctions, bidders and sellers in the published ratios", () => {
    const bids = events.filter((event) => event._tag === "Bid")
    const auctions = events.filter((event) => event._tag === "Auction")
    // Whoever is drawn from all is now and then the hot one, too.
    const near = (ratio: number) => ({ at: ratio - 0.01, most: ratio + 0.02 })
    const demand = (share: number, { at, most }: { at: number; most: number }) => {
      expect(share).toBeGreaterThan(at)
      expect(share).toBeLessThan(most)
    }
    demand(
      shareOf(bids, (event) => event._tag === "Bid" && event.auction % 100 === 0),
      near(1 / 2)
    )
    demand(
      shareOf(bids, (event) => event._tag === "Bid" && event.bidder % 100 === 1),
      near(3 / 4)
    )
    demand(
      shareOf(auctions, (event) => event._tag === "Auction" && event.seller % 100 === 0),
      near(3 / 4)
    )
  })
})

describe("the file of Nexmark events", () => {
  it("gives back what was written", async () => {
    const path = join(directory, "events.bin")
    await writeEventFile({ path, events, count, firstTime })
    expect(await readEventFile(path)).toEqual(events)
  })

  it("is refused where it is another file", async () => {
    const path = join(directory, "other.bin")
    await writeFile(path, "something else that is long enough")
    await expect(readEventFile(path)).rejects.toThrow(/no file of Nexmark events/)
  })
})

describe("the Nexmark queries", () => {
  it.each([...queries])("%s comes to what loops by hand come to", async (name, query) => {
    const passes = query.isStateless ? 2 : 1
    // What a running sum has been depends on the order of its records, which two splits do not fix.
    for (const parallelism of name === "sum" ? [1] : [1, 2]) {
      const run = prepareQuery(query, { events, passes, parallelism, directory })
      const expected = answerByHand(name, events)
      expect(expected.count).toBeGreaterThan(5)
      for (let i = 0; i < 2; i++) {
        const { count: results, sum } = await run()
        expect({ results, sum }).toEqual({ results: expected.count * passes, sum: expected.sum * passes })
      }
    }
  })
})
