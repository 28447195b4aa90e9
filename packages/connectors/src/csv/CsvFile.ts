import { csvSink } from "./csvSink.ts"
import { csvSource } from "./csvSource.ts"

/** CSV files, as a source and as an exactly-once sink. */
export const CsvFile = { source: csvSource, sink: csvSink } as const
