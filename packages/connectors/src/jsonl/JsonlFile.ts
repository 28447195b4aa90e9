import { jsonlSink } from "./jsonlSink.ts"
import { jsonlSource } from "./jsonlSource.ts"

/** Files with one JSON value per line, as a source and as an exactly-once sink. */
export const JsonlFile = { source: jsonlSource, sink: jsonlSink } as const
