/**
 * The packages as others get them: built, packed, and installed into an empty folder without the workspace.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { publint } from "publint"
import { formatMessage } from "publint/utils"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { repositoryRoot } from "../../scripts/repository.ts"
import { expectedLines } from "../cli/fixtures/tally.ts"
import { untilVisible, visibleLines } from "../cli/runTidemark.ts"
import { install, type Packed, packAll, run, runWell, start, temporaryFolder, tool } from "./consumer.ts"

const root = temporaryFolder()
const consumer = join(root, "consumer")
let packed: ReadonlyArray<Packed> = []

beforeAll(async () => {
  mkdirSync(consumer)
  packed = await packAll(root)
  await install(consumer, packed)
  cpSync(join(repositoryRoot, "test/cli/fixtures/tally.ts"), join(consumer, "tally.ts"))
  writeFileSync(join(consumer, "every.ts"), everyEntry())
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Imports every entry of every package: compiled and run. */
const everyEntry = (): string => {
  const entries = packed.flatMap(({ folder }) => {
    const { exports, name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
    return Object.keys(exports)
      .filter((entry) => entry !== "./package.json")
      .map((entry) => `${name}${entry.slice(1)}`)
  })
  const imports = entries.map((entry, i) => `import * as entry${i} from "${entry}"`)
  const names = entries.map((_, i) => `entry${i}`).join(", ")
  return `${imports.join("\n")}\nconsole.log([${names}].filter((entry) => Object.keys(entry).length === 0).length)\n`
}

const lastLine = (stdout: string): unknown => JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "")

describe("what is published", () => {
  it("publint finds nothing to say", async () => {
    for (const { tarball } of packed) {
      const bytes = Uint8Array.from(readFileSync(tarball)).buffer
      const { messages, pkg } = await publint({ pack: { tarball: bytes }, strict: true })
      expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([])
    }
  })

  it("the types are right for importers that are modules", async () => {
    await Promise.all(packed.map(({ tarball }) => runWell(root, tool("attw"), tarball, "--profile", "esm-only")))
  })

  it("no package names a source, a script of the workspace or a folder outside of it", () => {
    for (const { folder, name } of packed) {
      const manifest = readFileSync(join(folder, "package.json"), "utf8")
      expect(manifest, name).not.toMatch(/tidemark-source|"scripts"|\/src\//)
      expect(readFileSync(join(folder, "README.md"), "utf8"), name).not.toContain("](../")
      expect(existsSync(join(folder, "LICENSE")), name).toBe(true)
    }
  })
})

describe("in an empty project", () => {
  it("every entry can be imported and has something to offer", async () => {
    expect((await runWell(consumer, "node", "every.ts")).trim()).toBe("0")
  })

  it("a pipeline in plain JavaScript runs", async () => {
    expect(lastLine(await runWell(consumer, "node", "words.js"))).toEqual({
      outcome: "finished",
      counts: { the: 2, tide: 2, comes: 1, in: 1, and: 1, goes: 1, out: 1 }
    })
  })

  it("a pipeline in TypeScript runs as it is, its output and checkpoints in files", async () => {
    const folder = join(root, "readings")
    expect(lastLine(await runWell(consumer, "node", "readings.ts", folder))).toEqual({
      outcome: "finished",
      recordsOut: 4
    })
    expect(visibleLines(join(folder, "report"))).toEqual([
      '{"sensor":"buoy","from":0,"celsius":29}',
      '{"sensor":"buoy","from":60000,"celsius":29}',
      '{"sensor":"pier","from":0,"celsius":28}',
      '{"sensor":"pier","from":60000,"celsius":28}'
    ])
  })

  it("types are found with module resolution bundler", async () => {
    const { code, stdout } = await run(consumer, tool("tsc"), "-p", "tsconfig.bundler.json")
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" })
  })

  it("types are found with module resolution nodenext, and our declarations are sound for those who check them", async () => {
    const { stdout } = await run(consumer, tool("tsc"), "-p", "tsconfig.nodenext.json", "--skipLibCheck", "false")
    // Declarations of others have errors of their own.
    const ours = stdout.split("\n").filter((line) => /^(node_modules\/@tidemark|[^ /]+\.ts\()/.test(line))
    expect(ours).toEqual([])
  })

  it("npx tidemark runs a job on threads, survives kill -9, and goes on where it was", async () => {
    const args = ["tidemark", "run", "tally.ts", "--checkpoints", "C", "--parallelism", "2", "--threads", "2", "--json"]
    const job = ["--", "--out", "O", "--records", "400", "--pauseMs"]
    mkdirSync(join(consumer, "O"))
    const first = start(consumer, "npx", ["--no-install", ...args, ...job, "20"])
    await untilVisible(join(consumer, "O"))
    first.child.kill("SIGKILL")
    await first.ended
    expect(visibleLines(join(consumer, "O")).length).toBeLessThan(400)
    const second = lastLine(await runWell(consumer, "npx", "--no-install", ...args, ...job, "1"))
    expect(second).toMatchObject({ outcome: "finished", threads: 2, restored: expect.any(Number) })
    expect(visibleLines(join(consumer, "O"))).toEqual(expectedLines(400))
  })

  it("npx tidemark-check searches a model", async () => {
    const stdout = await runWell(consumer, "npx", "--no-install", "tidemark-check", "check", "light.ts")
    expect(stdout).toMatch(/light: 2 states.*, complete/)
  })
})

describe("npm create tidemark", () => {
  const create = (...args: ReadonlyArray<string>) => run(consumer, "npx", "--no-install", "create-tidemark", ...args)

  it("makes a project that runs, passes its test and has the right types", async () => {
    expect((await create("shops", "--packages", root)).stdout).toContain("Made shops")
    const shops = join(consumer, "shops")
    const { dependencies } = JSON.parse(readFileSync(join(shops, "package.json"), "utf8"))
    expect(dependencies).toMatchObject({ "@tidemark/core": `file:${join(root, "tidemark-core-0.1.0.tgz")}` })
    // The packages are found in the folder above: they have been installed once.
    await runWell(
      shops,
      "npx",
      "--no-install",
      ...["tidemark", "run", "job.ts", "--", "--input", "input", "--out", "output"]
    )
    const lines = visibleLines(join(shops, "output")).map((line): unknown => JSON.parse(line))
    expect(lines).toContainEqual({
      shop: expect.any(String),
      hour: "2026-01-05T08:00:00.000Z",
      orders: expect.any(Number),
      cents: expect.any(Number)
    })
    await runWell(shops, "node", "--test")
    await runWell(shops, tool("tsc"))
  })

  it("leaves folders with files alone, refuses names that npm or a file system would not take", async () => {
    mkdirSync(join(consumer, "taken"))
    writeFileSync(join(consumer, "taken", "mine.txt"), "mine")
    expect(await create("taken")).toMatchObject({ code: 2, stderr: expect.stringContaining("taken is not empty") })
    expect(readdirSync(join(consumer, "taken"))).toEqual(["mine.txt"])
    expect(await create("Bad Name")).toMatchObject({ code: 2, stderr: expect.stringContaining("cannot be the name") })
    expect(existsSync(join(consumer, "Bad Name"))).toBe(false)
  })
})

describe("a bundler", () => {
  const bundle = async (name: string, source: string): Promise<string> => {
    writeFileSync(join(consumer, `${name}.mjs`), source)
    const external = ["effect", "effect/*", "xstate", "msgpackr", "xxhash-wasm"].flatMap((one) => ["--external", one])
    const out = join(consumer, "bundles", `${name}.mjs`)
    await runWell(
      consumer,
      tool("rolldown"),
      `${name}.mjs`,
      "--format",
      "esm",
      "--platform",
      "node",
      ...external,
      "-o",
      out
    )
    return readFileSync(out, "utf8")
  }

  it("leaves the other backends and connectors out", async () => {
    const source = `
      import { MemoryStorage } from "@tidemark/backends/memory"
      import { Collection } from "@tidemark/connectors/collection"
      console.log(MemoryStorage, Collection)`
    const text = await bundle("one", source)
    expect(text).toContain("backends/dist/memory/")
    expect(text).not.toMatch(/backends\/dist\/file\/|connectors\/dist\/(jsonl|parquet)\/|hyparquet|csv-parse/)
  })

  it("drops what is imported and not used", async () => {
    const text = await bundle(
      "none",
      'import "@tidemark/core"\nimport "@tidemark/backends/file"\nconsole.log("nothing")'
    )
    expect(text).not.toContain("@tidemark/")
  })
})
