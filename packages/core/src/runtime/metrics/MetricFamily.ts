/** Metrics as data, and as text in the exposition format of Prometheus (0.0.4), which OpenMetrics readers take too. */
import { Effect, Metric } from "effect"

export interface MetricFamily {
  readonly name: string
  readonly type: "counter" | "gauge" | "summary"
  readonly help: string
  readonly samples: ReadonlyArray<MetricSample>
}

export interface MetricSample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  /** Of a summary. */
  readonly part?: "sum" | "count"
}

/** Families without samples are left out. */
export const metricsText = (families: ReadonlyArray<MetricFamily>): string =>
  families
    .filter(({ samples }) => samples.length > 0)
    .map(({ help, name, samples, type }) =>
      [
        `# HELP ${name} ${escaped(help)}`,
        `# TYPE ${name} ${type}`,
        ...samples.map((sample) => sampleText(name, sample)),
        ""
      ].join("\n")
    )
    .join("")

const sampleText = (name: string, { labels, part, value }: MetricSample): string => {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text).replaceAll('"', '\\"')}"`)
  return `${name}${part === undefined ? "" : `_${part}`}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${numberText(value)}`
}

const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")

const numberText = (value: number): string => {
  if (value === Number.POSITIVE_INFINITY) return "+Inf"
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value)
}

/** Sets Effect's own metrics of these names, for whatever exports them: all as gauges, for they are readings. */
export const publishMetrics = (families: ReadonlyArray<MetricFamily>): Effect.Effect<void> =>
  Effect.forEach(
    families.flatMap(({ help, name, samples }) => samples.map((sample) => ({ help, name, sample }))),
    ({ help, name, sample: { labels, part, value } }) =>
      Metric.update(
        Metric.gauge(part === undefined ? name : `${name}_${part}`, { description: help, attributes: labels }),
        value
      ),
    { discard: true }
  )
