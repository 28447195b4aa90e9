export { type Quorum, QuorumInvalid } from "./quorum.ts"
export type { ReplicaTuning } from "./ReplicaTuning.ts"
export { ReplicatedStorage, type ReplicatedStorageOptions } from "./ReplicatedStorage.ts"
