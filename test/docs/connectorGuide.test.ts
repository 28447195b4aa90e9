/** The code of the guide is the code of the example, line by line. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { repositoryRoot } from "../../scripts/repository.ts"

const text = (path: string): string => readFileSync(join(repositoryRoot, path), "utf8")

const withoutIndent = (code: string): string =>
  code
    .split("\n")
    .map((line) => line.trim())
    .join("\n")

it("every piece of TypeScript in the guide to sources and sinks stands in the example that is run", () => {
  const sources = ["outboxSource.ts", "ledgerSink.ts"]
    .map((name) => withoutIndent(text(`packages/examples/src/sqlite/${name}`)))
    .join("\n")
  const guide = text("docs/guides/write-your-own-source-and-sink.md")
  const pieces = [...guide.matchAll(/```ts\n([\s\S]*?)\n```/g)].map(([, code = ""]) => code)
  expect(pieces.length).toBeGreaterThanOrEqual(4)
  for (const piece of pieces) expect(sources).toContain(withoutIndent(piece))
})
