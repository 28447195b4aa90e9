export { type PushedTo, type RunningTest, TestMisuse } from "./RunningTest.ts"
export { type TestOptions, TestPipeline } from "./TestPipeline.ts"
export type { TestSnapshot } from "./TestSnapshot.ts"
export type { PlannedFailure, StorageOperation } from "./TestStorage.ts"
