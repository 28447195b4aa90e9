import { crc32 } from "node:zlib"
import { Result } from "effect"
import { describe, expect, it } from "vitest"
import { decodeLogEntry, encodeLogEntry } from "../../../packages/core/src/storage/LogEntry.ts"
import { claim, end, invalidation, manifest } from "./support/entries.ts"

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const decode = (text: string) => decodeLogEntry("log/7", new TextEncoder().encode(text))

const problemOf = (text: string) => {
  const decoded = decode(text)
  return Result.isFailure(decoded) ? decoded.failure.message : "no failure"
}

describe("a log entry", () => {
  for (const entry of [claim(3, 2001), manifest(3, 2001), invalidation(3, 7), end(3, "finished")]) {
    it(`E1 ${entry._tag} is JSON that a person can read, and reads back as it was`, () => {
      const text = textOf(encodeLogEntry(entry))
      expect(JSON.parse(text)).toMatchObject({ format: 1, entry: { _tag: entry._tag, term: 3 } })
      expect(text.split("\n").length).toBeGreaterThan(5)
      expect(decode(text)).toEqual(Result.succeed(entry))
      expect(textOf(encodeLogEntry(entry))).toBe(text)
    })
  }

  it("every changed byte of its content is noticed, or changes nothing that it says", () => {
    const bytes = encodeLogEntry(manifest(3, 2001))
    for (let index = 0; index < bytes.length; index++) {
      const flipped = bytes.slice()
      flipped[index] = (flipped[index] ?? 0) ^ 0x10
      const decoded = decodeLogEntry("log/7", flipped)
      if (Result.isSuccess(decoded)) expect(decoded.success).toEqual(manifest(3, 2001))
    }
  })

  it("a truncated, empty or foreign file is damaged, and the message names it", () => {
    const text = textOf(encodeLogEntry(end(1, "finished")))
    expect(problemOf(text.slice(0, -5))).toContain("log/7 is damaged: it is not a log entry")
    expect(problemOf("")).toContain("it is not a log entry")
    expect(problemOf('{"format":1,"checksum":"00000000","entry":{"_tag":"End"}}')).toContain("checksum does not match")
    expect(problemOf(text.replace('"format": 1', '"format": 0'))).toContain("it has format 0")
  })

  it("an entry with the right checksum but without the fields of an entry is damaged", () => {
    const entry = { _tag: "End" }
    const checksum = crc32(JSON.stringify(entry)).toString(16).padStart(8, "0")
    expect(problemOf(JSON.stringify({ format: 1, checksum, entry }))).toContain("does not have the fields")
  })

  it("an entry of a newer format says which version reads it", () => {
    const text = textOf(encodeLogEntry(end(1, "finished"))).replace('"format": 1', '"format": 2')
    expect(problemOf(text)).toContain("log/7 has format 2, this version reads up to 1")
  })
})
