export { type CheckpointContent, readCheckpoint, type SplitPosition, type StateSize } from "./readCheckpoint.ts"
export { type VerifiedJob, verifyJob } from "./verifyJob.ts"
