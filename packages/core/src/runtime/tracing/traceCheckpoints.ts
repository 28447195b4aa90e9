import { type Clock, Effect, Tracer } from "effect"
import type { Inspector } from "../Inspection.ts"
import { CheckpointSpans } from "./CheckpointSpans.ts"

/** The user's inspector together with one that traces, where somebody has provided a tracer; else what was given. */
export const traceCheckpoints = Effect.fnUntraced(function* (
  inspect: Inspector | null,
  of: { readonly job: string; readonly clock: Clock.Clock }
): Effect.fn.Return<Inspector | null> {
  const tracer = yield* Tracer.Tracer
  if (tracer === Tracer.nativeTracer) return inspect
  const spans = new CheckpointSpans({ tracer, ...of })
  if (inspect === null) return spans.inspector
  return (inspection) => {
    inspect(inspection)
    spans.inspector(inspection)
  }
})
