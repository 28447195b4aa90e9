/** Serves `/metrics` in the format of Prometheus and `/healthz`, while a job runs. */
import { createServer, type Server, type ServerResponse } from "node:http"
import { type JobHandle, Metrics } from "@tidemark/core"
import { Effect, type Scope } from "effect"
import { UsageInvalid } from "../failures.ts"

/** What is served of a job. */
export type Observed = Pick<JobHandle, "metrics" | "status">

export interface MetricsServer {
  readonly url: string
  /** From now on there is a job to tell of. */
  readonly observe: (job: Observed) => void
}

/** Listens until the scope closes. Fails: for a port or an address that cannot be had. */
export const serveMetrics = Effect.fnUntraced(function* (at: {
  readonly host: string
  readonly port: number
}): Effect.fn.Return<MetricsServer, UsageInvalid, Scope.Scope> {
  if (!Number.isInteger(at.port) || at.port < 0 || at.port > 65_535) {
    return yield* new UsageInvalid({ message: `--metrics-port is ${at.port}; use a port from 0 to 65535.` })
  }
  let job: Observed | null = null
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname
    if (request.method !== "GET" && request.method !== "HEAD") answer(response, 405, "Use GET.\n")
    else if (path === "/metrics") answer(response, 200, job === null ? "" : Metrics.text(job.metrics()), prometheus)
    else if (path === "/healthz") health(response, job)
    else answer(response, 404, "There are /metrics and /healthz here.\n")
  })
  yield* Effect.acquireRelease(listen(server, at), () => close(server))
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : at.port
  return {
    url: `http://${at.host.includes(":") ? `[${at.host}]` : at.host}:${port}/metrics`,
    observe: (observed) => {
      job = observed
    }
  }
})

const prometheus = "text/plain; version=0.0.4; charset=utf-8"

/** A job that recovers is alive: whoever restarts it would only disturb. */
const health = (response: ServerResponse, job: Observed | null): void => {
  const status = job?.status() ?? "starting"
  answer(response, status === "failed" ? 503 : 200, `${JSON.stringify({ status })}\n`, "application/json")
}

const answer = (response: ServerResponse, code: number, text: string, type = "text/plain; charset=utf-8"): void => {
  response.writeHead(code, { "content-type": type, "cache-control": "no-store" }).end(text)
}

const listen = (
  server: Server,
  { host, port }: { readonly host: string; readonly port: number }
): Effect.Effect<void, UsageInvalid> =>
  Effect.callback((resume) => {
    server.once("error", (cause) => {
      resume(Effect.fail(new UsageInvalid({ message: problemOf(cause, { host, port }), cause })))
    })
    server.listen({ host, port }, () => resume(Effect.void))
  })

const problemOf = (cause: Error, { host, port }: { readonly host: string; readonly port: number }): string => {
  const code = "code" in cause ? cause.code : null
  if (code === "EADDRINUSE")
    return `--metrics-port ${port}: another process listens there (${host}). Choose another port, or 0 for any free one.`
  if (code === "EACCES") return `--metrics-port ${port}: this user may not listen there. Choose a port above 1023.`
  return `--metrics-host ${host}: ${cause.message}. Give an address of this machine.`
}

const close = (server: Server): Effect.Effect<void> =>
  Effect.callback((resume) => {
    server.close(() => resume(Effect.void))
    server.closeAllConnections()
  })
