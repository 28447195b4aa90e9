export { codecVersion } from "./compileCodec.ts"
export type { StateRecord } from "./describeState.ts"
export type { LoadFilter, RowBlock } from "./fixed/RowBlock.ts"
export { KeyCursor } from "./KeyCursor.ts"
export type { KeyedStateDescriptor } from "./KeyedStateDescriptor.ts"
export type { KeyedTable } from "./KeyedTable.ts"
export { makeSubtaskState } from "./makeSubtaskState.ts"
export { isoTime } from "./recorded/isoTime.ts"
export { keysMeant, showRecordedKey } from "./recorded/recordedKey.ts"
export { showRecordedRow } from "./recorded/recordedRow.ts"
export { RecordedMisfit, showRecorded } from "./recorded/recordedValue.ts"
export type { StateDescription } from "./State.ts"
export * as State from "./State.ts"
export type { SubtaskState } from "./SubtaskState.ts"
export type { OpenObject, StoredFixed, StoredMaps } from "./snapshot/OpenObject.ts"
export {
  type ChainedState,
  loadChain,
  OpenSnapshot,
  openSnapshot,
  type VerifiedObject
} from "./snapshot/openSnapshot.ts"
export type { RestoreContext } from "./snapshot/RegisteredState.ts"
export { restoreFixed } from "./snapshot/restoreFixed.ts"
export { SectionReader } from "./snapshot/SectionRows.ts"
export type { SnapshotReader } from "./snapshot/SnapshotReader.ts"
export { type Slice, TimeSlice } from "./snapshot/timeSlice.ts"
export { verifyObject } from "./snapshot/verifyObject.ts"
export { TimerTable, timersState } from "./TimerTable.ts"
