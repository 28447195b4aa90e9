/** How a run can be watched from outside: metrics over HTTP, traces and metrics to a collector, logs as JSON. */
import { type JobHandle, Metrics } from "@tidemark/core"
import { Effect, Layer, Schedule, type Scope } from "effect"
import { UsageInvalid } from "../failures.ts"
import { stderr } from "../output/StatusOutput.ts"
import { serveMetrics } from "./metricsServer.ts"

export interface ObserveRequest {
  /** Null: metrics are not served. */
  readonly metricsPort: number | null
  readonly metricsHost: string
  readonly logFormat: "text" | "json"
  /** Of an OpenTelemetry collector. */
  readonly otlpUrl: string | null
}

export interface Observation {
  /** From now on there is a job to tell of. */
  readonly observe: (job: JobHandle) => Effect.Effect<void, never, Scope.Scope>
}

const publishEvery = "5 seconds"

/** Before the job is started: what cannot work is said then. */
export const openObservation = Effect.fnUntraced(function* (
  { logFormat, metricsHost, metricsPort, otlpUrl }: ObserveRequest,
  job: string
): Effect.fn.Return<Observation, UsageInvalid, Scope.Scope> {
  if (logFormat === "json") stderr.useJson({ job })
  const server = metricsPort === null ? null : yield* serveMetrics({ host: metricsHost, port: metricsPort })
  if (server !== null) stderr.line(`metrics: ${server.url}`)
  return {
    observe: (handle) => {
      server?.observe(handle)
      if (otlpUrl === null) return Effect.void
      const publish = Effect.suspend(() => Metrics.publish(handle.metrics()))
      return Effect.asVoid(
        Effect.andThen(
          Effect.addFinalizer(() => publish),
          Effect.forkScoped(Effect.repeat(publish, Schedule.spaced(publishEvery)))
        )
      )
    }
  }
})

/** The layer whose tracer the job's checkpoints go to; empty without a collector. */
export const collectorLayer = (url: string | null, job: string) =>
  url === null
    ? Layer.empty
    : Layer.unwrap(
        Effect.gen(function* () {
          if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
            const message = `--otlp-url ${url}: give the address of a collector, such as http://127.0.0.1:4318.`
            return yield* new UsageInvalid({ message })
          }
          const { otlpLayer } = yield* Effect.promise(() => import("./otlp.ts"))
          return otlpLayer(url, job)
        })
      )
