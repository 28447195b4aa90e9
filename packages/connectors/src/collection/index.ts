export { Collection } from "./Collection.ts"
export type { CollectionSink } from "./collectionSink.ts"
export type { CollectionSourceOptions } from "./collectionSource.ts"
