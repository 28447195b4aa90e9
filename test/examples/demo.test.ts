/** The demo in small: it kills its worker twice, and what it says is true. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "vitest"
import { readOutput } from "../../packages/examples/src/demo/proof.ts"
import { runExample } from "./runExample.ts"

it("survives two kills with the lines of an undisturbed run, in plain lines where there is no terminal", async () => {
  const out = await mkdtemp(join(tmpdir(), "tidemark-demo-"))
  try {
    const { exitCode, lines, text } = await runExample("demo/main.ts", [
      "--flights",
      "1000000",
      "--checkpoint-every",
      "25",
      "--out",
      out
    ])
    expect(exitCode, text).toBe(0)
    expect(
      lines.filter((line) => /^ {2}kill -9 \d+ after [\d,]+ flights and \d+ checkpoints?/.test(line))
    ).toHaveLength(2)
    expect(
      lines.filter((line) => /^ {2}restored checkpoint \d+ in \d+ ms, now with parallelism [31]; /.test(line))
    ).toHaveLength(2)
    expect(text).toMatch(/ goes on at row [\d,]+ in subtask \d/)
    expect(text).toContain("1,000,000 counted")
    expect(text).toContain("0 late")
    expect(text).toContain("PROVEN")
    expect(text).not.toContain("\u001b")
    // The figures of the proof are those of the files.
    const [reference, killed] = [
      await readOutput(join(out, "uninterrupted/lines")),
      await readOutput(join(out, "killed/lines"))
    ]
    expect(killed.lines).toEqual(reference.lines)
    expect(killed.lines.length).toBeGreaterThan(10_000)
    expect(text.split(killed.sha256)).toHaveLength(3)
  } finally {
    await rm(out, { recursive: true, force: true })
  }
})

it("fails when there was no time for two kills", async () => {
  const out = await mkdtemp(join(tmpdir(), "tidemark-demo-"))
  try {
    const { exitCode, text } = await runExample("demo/main.ts", ["--flights", "2000", "--out", out])
    expect(exitCode).toBe(1)
    expect(text).toContain("give it more --flights")
  } finally {
    await rm(out, { recursive: true, force: true })
  }
})
