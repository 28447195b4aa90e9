/**
 * The file of events that both Tidemark and Flink read, little-endian throughout. It is read into objects before anything
 * is measured, so that no parser is.
 *
 * | Bytes | Content |
 * |---|---|
 * | 0-7 | `NEXMARK1` |
 * | 8-11 | number of events |
 * | 12-19 | time of the first event as a 64-bit float; times below count milliseconds from it |
 * | per event | 0, 1 or 2 for person, auction or bid; its fields in the order of `Event.ts`: numbers as 32-bit integers, texts as a byte of length and ASCII |
 */
import { open, readFile } from "node:fs/promises"
import type { Event } from "./Event.ts"

const magic = "NEXMARK1"
const headerBytes = 20
const chunkBytes = 1 << 20
/** More than any event takes: texts of a person have 255 bytes each at most. */
const eventBytesMax = 2048

export interface EventFileOptions {
  readonly path: string
  readonly events: Iterable<Event>
  readonly count: number
  readonly firstTime: number
}

export const writeEventFile = async ({ count, events, firstTime, path }: EventFileOptions): Promise<void> => {
  const file = await open(path, "w")
  try {
    const header = Buffer.alloc(headerBytes)
    header.write(magic, "latin1")
    header.writeUInt32LE(count, 8)
    header.writeDoubleLE(firstTime, 12)
    await file.write(header)
    const writer = new EventWriter(firstTime)
    let written = 0
    for (const event of events) {
      writer.write(event)
      written++
      if (writer.isFull) await file.write(writer.take())
    }
    await file.write(writer.take())
    if (written !== count) throw new Error(`The header of ${path} says ${count} events, but there are ${written}.`)
  } finally {
    await file.close()
  }
}

class EventWriter {
  readonly #buffer = Buffer.alloc(chunkBytes)
  readonly #firstTime: number
  #at = 0

  constructor(firstTime: number) {
    this.#firstTime = firstTime
  }

  get isFull(): boolean {
    return this.#at > chunkBytes - eventBytesMax
  }

  take(): Buffer {
    const taken = Buffer.from(this.#buffer.subarray(0, this.#at))
    this.#at = 0
    return taken
  }

  write(event: Event): void {
    switch (event._tag) {
      case "Person":
        this.#at = this.#buffer.writeUInt8(0, this.#at)
        this.#int(event.id)
        for (const text of [event.name, event.email, event.creditCard, event.city, event.state]) this.#text(text)
        this.#time(event.time)
        break
      case "Auction":
        this.#at = this.#buffer.writeUInt8(1, this.#at)
        this.#int(event.id)
        this.#text(event.itemName)
        for (const number of [event.initialBid, event.reserve]) this.#int(number)
        for (const time of [event.time, event.expires]) this.#time(time)
        for (const number of [event.seller, event.category]) this.#int(number)
        break
      case "Bid":
        this.#at = this.#buffer.writeUInt8(2, this.#at)
        for (const number of [event.auction, event.bidder, event.price]) this.#int(number)
        this.#time(event.time)
        break
    }
  }

  #int(value: number): void {
    this.#at = this.#buffer.writeInt32LE(value, this.#at)
  }

  #time(value: number): void {
    this.#int(value - this.#firstTime)
  }

  #text(value: string): void {
    this.#at = this.#buffer.writeUInt8(value.length, this.#at)
    this.#at += this.#buffer.write(value, this.#at, "latin1")
  }
}

export const readEventFile = async (path: string): Promise<ReadonlyArray<Event>> => {
  const reader = new EventReader(await readFile(path))
  if (reader.magic !== magic) throw new Error(`${path} is no file of Nexmark events.`)
  return Array.from({ length: reader.count }, () => reader.read())
}

class EventReader {
  readonly #buffer: Buffer
  readonly #firstTime: number
  #at = headerBytes

  constructor(buffer: Buffer) {
    this.#buffer = buffer
    this.#firstTime = buffer.readDoubleLE(12)
  }

  get magic(): string {
    return this.#buffer.toString("latin1", 0, 8)
  }

  get count(): number {
    return this.#buffer.readUInt32LE(8)
  }

  read(): Event {
    const kind = this.#buffer.readUInt8(this.#at++)
    // The fields of a literal are read in the order in which they are written.
    if (kind === 0) {
      return {
        _tag: "Person",
        id: this.#int(),
        name: this.#text(),
        email: this.#text(),
        creditCard: this.#text(),
        city: this.#text(),
        state: this.#text(),
        time: this.#time()
      }
    }
    if (kind === 1) {
      return {
        _tag: "Auction",
        id: this.#int(),
        itemName: this.#text(),
        initialBid: this.#int(),
        reserve: this.#int(),
        time: this.#time(),
        expires: this.#time(),
        seller: this.#int(),
        category: this.#int()
      }
    }
    return { _tag: "Bid", auction: this.#int(), bidder: this.#int(), price: this.#int(), time: this.#time() }
  }

  #int(): number {
    this.#at += 4
    return this.#buffer.readInt32LE(this.#at - 4)
  }

  #time(): number {
    return this.#firstTime + this.#int()
  }

  #text(): string {
    const length = this.#buffer.readUInt8(this.#at)
    const from = this.#at + 1
    this.#at = from + length
    return this.#buffer.toString("latin1", from, this.#at)
  }
}
