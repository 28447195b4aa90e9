/** Sends traces and metrics to an OpenTelemetry collector. The only module that knows `effect/observability`; loaded if asked for. */
import { Layer } from "effect"
import { FetchHttpClient } from "effect/http"
import { OtlpMetrics, OtlpSerialization, OtlpTracer } from "effect/observability"

/** `url` is that of the collector: `http://127.0.0.1:4318`. What is not sent yet is sent when the layer is released. */
export const otlpLayer = (url: string, serviceName: string) => {
  const base = url.replace(/\/+$/, "")
  const resource = { serviceName }
  return Layer.mergeAll(
    OtlpTracer.layer({ url: `${base}/v1/traces`, resource }),
    OtlpMetrics.layer({ url: `${base}/v1/metrics`, resource })
  ).pipe(Layer.provide(OtlpSerialization.layerJson), Layer.provide(FetchHttpClient.layer))
}
