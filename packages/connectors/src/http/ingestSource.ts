/**
 * A source that takes records over HTTP. A request is answered with 200 when a completed checkpoint holds its records, so
 * that a client that repeats what was not answered loses nothing; under an idempotency key nothing is taken twice, either.
 */
import { type Json, type Source, SourceFailure, type SourceReader } from "@tidemark/core/connector"
import { Duration, Effect, FiberSet, type Schema, type Scope } from "effect"
import { demandWhole } from "../internal/whole.ts"
import { IngestQueue } from "./IngestQueue.ts"
import { type AuthorizedRequest, IngestServer } from "./IngestServer.ts"
import { compileDecodeJson, compileDecodeLines } from "./readBody.ts"

export interface HttpIngestOptions<A> {
  readonly schema: Schema.Codec<A, unknown>
  /** 0 takes any free port; `onListening` tells which. */
  readonly port: number
  /** This machine only by default. What stands before it (TLS, names) is the business of a proxy. */
  readonly host?: string
  /** `/` by default. */
  readonly path?: string
  /** Told the URL whenever the source begins to listen: at the start of every attempt. */
  readonly onListening?: (url: string) => void
  /** Whether a request may come in; all may by default. Others are answered with 401. */
  readonly authorize?: (request: AuthorizedRequest) => boolean
  /** A larger request is answered with 413; 1 MiB by default. */
  readonly bodyBytesMax?: number
  /** While more waits to be taken, requests are answered with 503; 16 MiB by default. */
  readonly queuedBytesMax?: number
  /** While more requests are not answered yet, others are answered with 503; 1,000 by default. */
  readonly openRequestsMax?: number
  /** Idempotency keys that are remembered over restarts, the newest; 10,000 by default. */
  readonly keysMax?: number
  /** How long a request waits for its checkpoint; a minute by default. Longer than the time between two checkpoints. */
  readonly answerTimeout?: Duration.Input
}

const split = "http"

/**
 * Takes POSTed JSON (a value, or an array) and JSON lines. Never ends. One subtask listens; the others are idle.
 * Fails: `denied` and `io` when it cannot listen. A body that does not fit the schema is the client's error, not the job's.
 */
export const ingestSource = <A>(options: HttpIngestOptions<A>): Source<A> => {
  const { host = "127.0.0.1", path = "/", port, schema } = options
  const limits = {
    queuedBytesMax: options.queuedBytesMax ?? 16 * 1024 * 1024,
    openRequestsMax: options.openRequestsMax ?? 1_000,
    keysMax: options.keysMax ?? 10_000
  }
  for (const name of ["bodyBytesMax", "queuedBytesMax", "openRequestsMax"] as const) {
    demandWhole(`HttpIngest.source: ${name}`, { value: options[name], least: 1 })
  }
  demandWhole("HttpIngest.source: keysMax", { value: options.keysMax, least: 0 })
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`HttpIngest.source: port must be a whole number from 0 to 65535, got ${port}.`)
  }
  if (!path.startsWith("/") || /[?#]/.test(path)) {
    throw new RangeError(`HttpIngest.source: path must begin with / and have no query, got ${JSON.stringify(path)}.`)
  }
  const answerTimeout = Duration.fromInput(options.answerTimeout ?? "1 minute")
  if (answerTimeout._tag === "None")
    throw new RangeError('HttpIngest.source: answerTimeout is no duration like "1 minute".')
  const address = `http://${host}:${port}${path}`
  const served = {
    ...{ host, path, port, answerTimeout: answerTimeout.value },
    bodyBytesMax: options.bodyBytesMax ?? 1024 * 1024,
    authorize: options.authorize ?? (() => true),
    decodeJson: compileDecodeJson(schema),
    decodeLines: compileDecodeLines(schema)
  }
  return {
    description: `${address} (answers when a completed checkpoint holds the records)`,
    schema,
    isBounded: false,
    isTimeOrdered: false,
    discover: Effect.succeed([{ id: split, spec: null }]),
    validate: () => Effect.void,
    open: Effect.fnUntraced(function* ({ wake }): Effect.fn.Return<SourceReader<A>, never, Scope.Scope> {
      const queue = new IngestQueue<A>(limits)
      const runFork = yield* FiberSet.makeRuntime<never, void, never>()
      const server = new IngestServer<A>({
        ...served,
        runFork,
        withdraw: (answer) => queue.withdraw(answer),
        offer: (request) => {
          queue.offer(request)
          wake()
        }
      })
      let isAssigned = false
      let failure: SourceFailure | null = null
      yield* Effect.addFinalizer(() =>
        isAssigned
          ? Effect.andThen(
              Effect.sync(() => queue.close()),
              server.close
            )
          : Effect.void
      )
      return {
        assign: (_split, position: Json | null) => {
          isAssigned = true
          if (position !== null) queue.restore(position)
          const listening = server.listen.pipe(
            Effect.match({
              onSuccess: (url) => options.onListening?.(url),
              onFailure: (error) => {
                failure = cannotListen(address, error)
                wake()
              }
            })
          )
          runFork(listening)
        },
        poll: (recordsMax) => {
          if (!isAssigned) return { _tag: "Exhausted" }
          if (failure !== null) return { _tag: "Failed", failure }
          return queue.take(split, recordsMax) ?? { _tag: "Pending" }
        },
        cut: (checkpoint) => queue.cut(checkpoint),
        completed: (checkpoint) => queue.completed(checkpoint)
      }
    })
  }
}

const cannotListen = (path: string, cause: Error): SourceFailure => {
  const code = "code" in cause ? cause.code : undefined
  const detail =
    code === "EADDRINUSE"
      ? "the port is taken. Choose another port, or end what listens there."
      : code === "EACCES"
        ? "this user may not listen there. Choose a port above 1023."
        : `it cannot listen: ${cause.message}. Check host and port.`
  return new SourceFailure({ path, reason: code === "EACCES" ? "denied" : "io", detail, retry: "restart", cause })
}
