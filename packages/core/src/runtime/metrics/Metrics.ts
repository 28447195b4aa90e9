import { metricsText, publishMetrics } from "./MetricFamily.ts"

/** What to do with `JobHandle.metrics()`. */
export const Metrics = {
  /** As text in the exposition format of Prometheus. */
  text: metricsText,
  /** Sets Effect's metrics, for the exporters of an application. */
  publish: publishMetrics
} as const
