import { collectionSink } from "./collectionSink.ts"
import { collectionSource } from "./collectionSource.ts"

/** Records in memory, as a source and as a two-phase sink; for tests, examples and small jobs. */
export const Collection = { source: collectionSource, sink: collectionSink } as const
