export { JsonlFile } from "./JsonlFile.ts"
export type { JsonlPath } from "./jsonlInput.ts"
export type { JsonlSinkOptions } from "./jsonlSink.ts"
export type { JsonlSourceOptions } from "./jsonlSource.ts"
