export { compareDescriptors, compareStates } from "./compareDescriptors.ts"
export { codecVersion, compileCodec } from "./compileCodec.ts"
export { describeSchema, type SchemaDescriptor } from "./describeSchema.ts"
export { describeState, type StateRecord } from "./describeState.ts"
export { KeyCursor } from "./KeyCursor.ts"
export type { KeyedStateDescriptor } from "./KeyedStateDescriptor.ts"
export type { KeyedTable } from "./KeyedTable.ts"
export { type ValueCodec, ValueMismatch } from "./leafCodecs.ts"
export { MapTable, type MapTableOptions } from "./MapTable.ts"
export { makeSubtaskState, type SubtaskStateOptions } from "./makeSubtaskState.ts"
export type { OperatorList } from "./OperatorList.ts"
export { OpenSnapshot, openSnapshot, type SnapshotSource } from "./openSnapshot.ts"
export type { SnapshotReader, SnapshotSection } from "./SnapshotReader.ts"
export type { StateDescription, StateOwner } from "./State.ts"
export * as State from "./State.ts"
export type {
  AggregatingState,
  Aggregation,
  ListState,
  MapState,
  ReducingState,
  ValueState
} from "./StateHandles.ts"
export type { Capture, SubtaskState } from "./SubtaskState.ts"
export { formatVersion } from "./snapshotFormat.ts"
export { TimerTable } from "./TimerTable.ts"
