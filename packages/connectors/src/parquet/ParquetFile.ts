import { parquetSource } from "./parquetSource.ts"

/** A Parquet file as a source. */
export const ParquetFile = { source: parquetSource } as const
