export type { BackendScenario, Connect } from "./BackendScenario.ts"
export { backendPowerLoss, type StorageFact } from "./backendPowerLoss.ts"
export { backendScenarios } from "./backendScenarios.ts"
export * from "./FaultPlan.ts"
export {
  type GrowingSourceScenario,
  type GrowingSourceSubject,
  growingSourceScenarios
} from "./growingSourceScenarios.ts"
export { type PowerLoss, powerLosses } from "./PowerLoss.ts"
export * from "./pipeline/index.ts"
export * from "./powerLossScenario.ts"
export { ScenarioFailed } from "./ScenarioFailed.ts"
export { PowerLost, SimulatedFiles } from "./SimulatedFiles.ts"
export type { SourceSubject } from "./SourceBench.ts"
export { type SinkScenario, type SinkSubject, sinkScenarios } from "./sinkScenarios.ts"
export { type SourceScenario, sourceScenarios } from "./sourceScenarios.ts"
