/** What `tidemark status`, `savepoint`, `stop` and `cancel` say when the process that runs the job does not answer well. */
import { chmodSync, mkdirSync } from "node:fs"
import { createServer, type Socket } from "node:net"
import { join } from "node:path"
import { FileStorage } from "@tidemark/backends/file"
import { Collection } from "@tidemark/connectors/collection"
import { Job, Pipeline, Trigger } from "@tidemark/core"
import { Effect, Schema } from "effect"
import { beforeAll, expect, it } from "vitest"
import { AnswerLost, AnswerUnknown } from "../../packages/cli/src/control/askJob.ts"
import { removeControlFile, writeControlFile } from "../../packages/cli/src/control/controlFile.ts"
import { JobNotRunning } from "../../packages/cli/src/operate/notRunning.ts"
import { operateJob, RequestRefused } from "../../packages/cli/src/operate/operateJob.ts"
import { runHere } from "./runHere.ts"
import { makeFolder } from "./runTidemark.ts"

const One = Schema.Struct({ number: Schema.Int })
const folder = makeFolder()
const checkpoints = join(folder, "checkpoints")
const job = "asked"

/** A job that has left a log, and that nobody runs. */
beforeAll(async () => {
  const pipeline = Pipeline.make(job)
    .from("numbers", Collection.source({ schema: One, records: [{ number: 1 }] }))
    .to("out", Collection.sink({ schema: One }))
  const storage = FileStorage.at(checkpoints)
  await Effect.runPromise(Job.run({ pipeline, checkpoint: { storage, trigger: Trigger.manual } }))
})

let sockets = 0

/** Runs `body` while a process, this one, has a control socket for the job that answers so. */
const whileAnswering = async <A>(answer: (client: Socket) => void, body: () => Promise<A>): Promise<A> => {
  const place = join(folder, `socket-${sockets++}`)
  const socket = join(place, "s")
  mkdirSync(place, { mode: 0o700 })
  const server = createServer((client) => {
    client.on("error", () => client.destroy())
    client.once("data", () => answer(client))
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  writeControlFile(join(checkpoints, job), { socket, process: 4711 })
  try {
    return await body()
  } finally {
    removeControlFile(join(checkpoints, job), socket)
    await new Promise((resolve) => server.close(resolve))
  }
}

const saying =
  (text: string) =>
  (client: Socket): void => {
    client.end(text)
  }

const failureOf = (ask: "savepoint" | "cancel" = "savepoint"): Promise<unknown> =>
  Effect.runPromise(Effect.flip(operateJob({ directory: checkpoints, job: null }, { ask }, { isJson: false })))

it("JobNotRunning: nobody has a socket, so nothing is done, and the log says how the job has ended", async () => {
  expect(await failureOf()).toBeInstanceOf(JobNotRunning)
  const { code, error } = await runHere(["stop", checkpoints])
  expect(code).toBe(1)
  expect(error).toBe(`Job "${job}" does not run: it has finished (1 records). Nothing was done.`)
})

it("RequestRefused: what the running job answers is the message", async () => {
  const message = 'Job "asked" was not stopped: it is starting.'
  await whileAnswering(saying(`${JSON.stringify({ _tag: "Refused", message })}\n`), async () => {
    expect(await failureOf()).toBeInstanceOf(RequestRefused)
    for (const command of ["status", "savepoint", "stop", "cancel"]) {
      const { code, error } = await runHere([command, checkpoints])
      expect({ code, error }).toEqual({ code: 1, error: message })
    }
  })
})

it("RequestRefused: a stop with a savepoint that ended without one is no success", async () => {
  const done = { _tag: "Done", job, outcome: "failed", records: 7, savepoint: null }
  await whileAnswering(saying(`${JSON.stringify(done)}\n`), async () => {
    const { code, error } = await runHere(["stop", checkpoints, "--savepoint"])
    expect({ code, error }).toEqual({ code: 1, error: 'Job "asked" has ended as failed, without a savepoint.' })
    expect((await runHere(["stop", checkpoints])).code).toBe(0)
  })
})

it.each([
  ["nothing", ""],
  ["half a line", '{"_tag":"Refused","mess']
])("AnswerLost: the process ended after it had said %s", async (_, text) => {
  await whileAnswering(saying(text), async () => {
    expect(await failureOf()).toBeInstanceOf(AnswerLost)
    const { code, error } = await runHere(["cancel", checkpoints])
    expect(code).toBe(1)
    expect(error).toMatch(/^Process 4711 ended before it had answered: .*`tidemark checkpoints list`/)
  })
})

it.each([
  ["no JSON", "stopped, thank you"],
  ["an answer of another version", '{"_tag":"Paused","job":"asked"}'],
  ["an answer without its fields", '{"_tag":"Savepoint","job":"asked"}'],
  ["a prototype", '{"__proto__":{"_tag":"Refused","message":"no"}}']
])("AnswerUnknown: the process said %s", async (_, line) => {
  await whileAnswering(saying(`${line}\n`), async () => {
    expect(await failureOf()).toBeInstanceOf(AnswerUnknown)
    const { code, error } = await runHere(["savepoint", checkpoints])
    expect(code).toBe(1)
    expect(error).toMatch(/^Process 4711 gave an answer that this version of Tidemark does not know\. Use the version/)
  })
})

it("an answer without an end is given up at a size, not read until no memory is left", async () => {
  const piece = "x".repeat(64 * 1024)
  let isOpen = true
  const flood = (client: Socket): void => {
    const pour = (): void => {
      while (isOpen && client.writable && client.write(piece));
    }
    client.on("drain", pour)
    client.on("close", () => {
      isOpen = false
    })
    pour()
  }
  await whileAnswering(flood, async () => {
    expect(await failureOf()).toBeInstanceOf(AnswerUnknown)
  })
})

it("a socket in a directory that others can enter is not spoken to", async () => {
  let spokenTo = 0
  const counting = (client: Socket): void => {
    spokenTo++
    client.end()
  }
  await whileAnswering(counting, async () => {
    chmodSync(join(folder, `socket-${sockets - 1}`), 0o755)
    expect(await failureOf()).toBeInstanceOf(JobNotRunning)
    chmodSync(join(folder, `socket-${sockets - 1}`), 0o700)
    expect(await failureOf()).toBeInstanceOf(AnswerLost)
  })
  expect(spokenTo).toBe(1)
})
