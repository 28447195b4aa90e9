/**
 * The HTTP side of an ingest source: what may come in, and what is answered. The one place that knows node:http.
 */
import { createHash } from "node:crypto"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { Duration, Effect, Result } from "effect"
import type { IngestOutcome, IngestRequest } from "./IngestQueue.ts"
import { type DecodeBody, readBody } from "./readBody.ts"

export interface IngestServerOptions<A> {
  readonly host: string
  readonly port: number
  readonly path: string
  readonly bodyBytesMax: number
  readonly answerTimeout: Duration.Duration
  readonly authorize: (request: AuthorizedRequest) => boolean
  readonly decodeJson: DecodeBody<A>
  readonly decodeLines: DecodeBody<A>
  readonly offer: (request: IngestRequest<A>) => void
  readonly withdraw: (answer: (outcome: IngestOutcome) => void) => void
  /** Runs in the scope of the source. */
  readonly runFork: (effect: Effect.Effect<void>) => { readonly interruptUnsafe: () => void }
}

/** What a decision about a request may look at. */
export interface AuthorizedRequest {
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly remoteAddress: string | undefined
}

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, string | number | boolean | null>>
  readonly headers?: Readonly<Record<string, string>>
}

const retryAfter = { "retry-after": "1" }
const keyPattern = /^[\x20-\x7e]{1,200}$/

export class IngestServer<A> {
  readonly #options: IngestServerOptions<A>
  readonly #server: Server

  constructor(options: IngestServerOptions<A>) {
    this.#options = options
    this.#server = createServer((message, response) => {
      this.#handle(message, response).then(
        (answer) => send(response, answer),
        (cause: unknown) => send(response, { status: 500, body: { error: "internal", detail: String(cause) } })
      )
    })
  }

  /** Answers the URL under which records are taken. */
  get listen(): Effect.Effect<string, Error> {
    const { host, path, port } = this.#options
    return Effect.callback<string, Error>((resume) => {
      this.#server.once("error", (error) => resume(Effect.fail(error)))
      this.#server.listen(port, host, () => {
        const address = this.#server.address()
        const bound = typeof address === "object" && address !== null ? address.port : port
        resume(Effect.succeed(`http://${host.includes(":") ? `[${host}]` : host}:${bound}${path}`))
      })
    })
  }

  /** Takes no more connections, lets open answers leave, and then ends what is left. */
  get close(): Effect.Effect<void> {
    const closed = Effect.callback<void>((resume) => {
      this.#server.close(() => resume(Effect.void))
      this.#server.closeIdleConnections()
    })
    return Effect.raceFirst(
      closed,
      Effect.promise(() => new Promise<void>((resolve) => setTimeout(resolve, 500).unref()))
    ).pipe(Effect.ensuring(Effect.sync(() => this.#server.closeAllConnections())))
  }

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<Answer> {
    const { bodyBytesMax, offer } = this.#options
    const refusal = this.#refusal(message)
    if (refusal !== null) {
      message.resume()
      return refusal
    }
    const body = await readBody(message, bodyBytesMax)
    if (body._tag === "Gone") return { status: 400, body: { error: "gone" } }
    if (body._tag === "TooLarge") return { status: 413, body: { error: "too-large", limitBytes: bodyBytesMax } }
    const decoded = this.#decoder(message)?.(body.bytes)
    if (decoded === undefined) return unsupported
    if (Result.isFailure(decoded)) {
      const { detail, line, reason } = decoded.failure
      return { status: 400, body: { error: reason, line, detail } }
    }
    const digest = createHash("sha256").update(body.bytes).digest("base64url").slice(0, 22)
    return this.#outcome(response, (answer) =>
      offer({ key: keyOf(message), digest, values: decoded.success, bytes: body.bytes.length, answer })
    )
  }

  /** Waits for the outcome of a request, as long as the client does and the limit allows. */
  #outcome(response: ServerResponse, offer: (answer: (outcome: IngestOutcome) => void) => void): Promise<Answer> {
    const { answerTimeout, runFork, withdraw } = this.#options
    return new Promise((resolve) => {
      const answer = (outcome: IngestOutcome): void => {
        timer.interruptUnsafe()
        resolve(answerOf(outcome))
      }
      const timer = runFork(
        Effect.andThen(
          Effect.sleep(answerTimeout),
          Effect.sync(() => {
            withdraw(answer)
            resolve(late)
          })
        )
      )
      response.once("close", () => {
        timer.interruptUnsafe()
        withdraw(answer)
      })
      offer(answer)
    })
  }

  #refusal(message: IncomingMessage): Answer | null {
    const { authorize, path } = this.#options
    if ((message.url ?? "/").split("?")[0] !== path) {
      return { status: 404, body: { error: "not-found", detail: `records are taken at ${path}` } }
    }
    if (message.method !== "POST") {
      return { status: 405, body: { error: "method", detail: "use POST" }, headers: { allow: "POST" } }
    }
    if (!authorize({ headers: message.headers, remoteAddress: message.socket.remoteAddress })) {
      return { status: 401, body: { error: "unauthorized" } }
    }
    const key = keyOf(message)
    if (key !== null && !keyPattern.test(key)) {
      return {
        status: 400,
        body: { error: "key", detail: "Idempotency-Key takes 1 to 200 printable ASCII characters" }
      }
    }
    const encoding = message.headers["content-encoding"] ?? "identity"
    return encoding === "identity" && this.#decoder(message) !== null ? null : unsupported
  }

  #decoder(message: IncomingMessage): DecodeBody<A> | null {
    const type = (message.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? ""
    if (type === "application/json") return this.#options.decodeJson
    return lineTypes.includes(type) ? this.#options.decodeLines : null
  }
}

const lineTypes: ReadonlyArray<string> = ["application/x-ndjson", "application/jsonl", "application/x-jsonlines"]

const unsupported: Answer = {
  status: 415,
  body: { error: "media-type", detail: `send application/json or ${lineTypes[0]}, not compressed` }
}

const late: Answer = {
  status: 503,
  headers: retryAfter,
  body: {
    error: "late",
    detail: "no checkpoint has covered the records in time; send them again under the same Idempotency-Key"
  }
}

const keyOf = ({ headers }: IncomingMessage): string | null => {
  const key = headers["idempotency-key"]
  return key === undefined ? null : Array.isArray(key) ? key.join() : key
}

const answerOf = (outcome: IngestOutcome): Answer => {
  switch (outcome._tag) {
    case "Stored": {
      const { checkpoint, isRepeated, records } = outcome
      return { status: 200, body: { records, checkpoint, repeated: isRepeated } }
    }
    case "Full":
      return { status: 503, headers: retryAfter, body: { error: "full", detail: "too much waits to be taken" } }
    case "Conflict":
      return { status: 422, body: { error: "conflict", detail: "this Idempotency-Key was used with another body" } }
    case "Closed":
      return {
        status: 503,
        headers: { ...retryAfter, connection: "close" },
        body: {
          error: "closed",
          detail: "the job stops or restarts; send the records again under the same Idempotency-Key"
        }
      }
  }
}

const send = (response: ServerResponse, { body, headers, status }: Answer): void => {
  if (response.destroyed || response.headersSent) return
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(`${JSON.stringify(body)}\n`)
}
