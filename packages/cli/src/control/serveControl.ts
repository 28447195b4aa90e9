/**
 * The control socket of a job that this process runs: `tidemark status`, `savepoint`, `stop` and `cancel` speak to it.
 *
 * S1 Only this user can reach it: the socket has mode 0600, in a directory of mode 0700.
 * S2 What was asked is answered before the process ends; an answer waits for nobody who does not read it.
 * S3 A job never depends on it: whatever is wrong with the socket is said, and the job runs.
 */
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { createServer, type Server, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { CheckpointStorage } from "@tidemark/core/storage"
import { Effect, Result, type Scope } from "effect"
import { answerRequest } from "./answerRequest.ts"
import { jobDirectory, removeControlFile, writeControlFile } from "./controlFile.ts"
import { type ControlReply, decodeRequest, requestMax } from "./messages.ts"
import type { OperatedJob } from "./OperatedJob.ts"

/** Milliseconds that a client has to say what it wants, and to take its answer at the end. */
const patienceMs = 2_000

/** Serves until the scope closes. Does nothing for checkpoints that are not in files. */
export const serveControl = (
  handle: OperatedJob,
  storage: CheckpointStorage
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const reader = yield* storage.inspect(handle.report().job)
    const directory = jobDirectory(reader)
    if (directory === null) return
    yield* Effect.acquireRelease(
      Effect.tryPromise(() => open(handle, directory)),
      (control) => Effect.promise(() => control.close())
    )
  }).pipe(
    Effect.catch((problem) =>
      Effect.logWarning(`This job has no control socket: ${problem.message}. Signals stop it all the same.`)
    )
  )

interface Control {
  readonly close: () => Promise<void>
}

const open = async (handle: OperatedJob, directory: string): Promise<Control> => {
  const place = makePlace()
  const holder = `process ${process.pid}`
  const answers = new Set<Promise<void>>()
  const server = createServer((client) => {
    const answer = serve(handle, holder, client).finally(() => answers.delete(answer))
    answers.add(answer)
  })
  try {
    await listen(server, place.socket)
    if (place.folder !== null) chmodSync(place.socket, 0o600) // S1
    writeControlFile(directory, { socket: place.socket, process: process.pid })
  } catch (error) {
    server.close()
    place.remove()
    throw error
  }
  return {
    close: async () => {
      removeControlFile(directory, place.socket)
      server.close()
      await Promise.race([Promise.all(answers), after(patienceMs)]) // S2
      place.remove()
    }
  }
}

const after = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds).unref())

interface Place {
  readonly socket: string
  /** Null where sockets are no files. */
  readonly folder: string | null
  readonly remove: () => void
}

const makePlace = (): Place => {
  if (process.platform === "win32") {
    return { socket: `\\\\.\\pipe\\tidemark-${crypto.randomUUID()}`, folder: null, remove: () => {} }
  }
  const folder = mkdtempSync(join(tmpdir(), "tidemark-"))
  return {
    socket: join(folder, "s"),
    folder,
    remove: () => rmSync(folder, { recursive: true, force: true })
  }
}

const listen = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(path, () => {
      server.off("error", reject)
      server.on("error", () => {})
      resolve()
    })
  })

const serve = async (handle: OperatedJob, holder: string, client: Socket): Promise<void> => {
  client.on("error", () => client.destroy())
  const line = await readLine(client)
  if (line === null) {
    client.destroy()
    return
  }
  const request = decodeRequest(line)
  const reply: ControlReply = Result.isSuccess(request)
    ? await Effect.runPromise(answerRequest(handle, holder, request.success))
    : { _tag: "Refused", message: "The running job does not know this request: it is of another version of Tidemark." }
  await new Promise<void>((resolve) => {
    client.once("close", () => resolve())
    client.end(`${JSON.stringify(reply)}\n`, () => resolve())
  })
  client.destroy()
}

/** The first line that a client says; null if it says none in time, or too much. */
const readLine = (client: Socket): Promise<string | null> =>
  new Promise((resolve) => {
    let text = ""
    const timer = setTimeout(() => resolve(null), patienceMs)
    const end = (line: string | null): void => {
      clearTimeout(timer)
      resolve(line)
    }
    client.setEncoding("utf8")
    client.on("data", (data: string) => {
      text += data
      const length = text.indexOf("\n")
      if (length >= 0) end(text.slice(0, length))
      else if (text.length > requestMax) end(null)
    })
    client.once("close", () => end(null))
  })
