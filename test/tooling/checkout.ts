import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { onTestFinished } from "vitest"

const exportsOf = (entries: ReadonlyArray<string>): object =>
  Object.fromEntries(
    entries.map((entry) => [
      entry,
      { "tidemark-source": entry === "." ? "./src/index.ts" : `./src/${entry.slice(2)}/index.ts` }
    ])
  )

const manifests: Readonly<Record<string, ReadonlyArray<string>>> = {
  core: [".", "./storage"],
  backends: ["./memory"],
  connectors: ["./jsonl"]
}

/** Writes a small checkout with the given files into a temporary folder, removed when the test ends. */
export const makeCheckout = (files: Readonly<Record<string, string>>): string => {
  const root = mkdtempSync(join(tmpdir(), "tidemark-tooling-"))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  for (const [name, entries] of Object.entries(manifests)) {
    write(`packages/${name}/package.json`, JSON.stringify({ name: `@tidemark/${name}`, exports: exportsOf(entries) }))
  }
  for (const [path, text] of Object.entries(files)) write(path, text)
  return root
}
