export { HttpIngest } from "./HttpIngest.ts"
export type { AuthorizedRequest } from "./IngestServer.ts"
export type { HttpIngestOptions } from "./ingestSource.ts"
