import { ingestSource } from "./ingestSource.ts"

/** Records over HTTP, answered when they are safe. */
export const HttpIngest = { source: ingestSource } as const
