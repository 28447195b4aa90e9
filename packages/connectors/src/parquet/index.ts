export { ParquetFile } from "./ParquetFile.ts"
export type { ParquetSourceOptions } from "./parquetSource.ts"
