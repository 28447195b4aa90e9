export * from "../model/errors.ts"
export * from "./CheckpointStorage.ts"
export type { Files } from "./Files.ts"
export * from "./objectName.ts"
