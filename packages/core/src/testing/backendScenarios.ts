/**
 * What every `CheckpointStorage` must do, as named scenarios that the author of a backend runs over it:
 *
 * ```ts
 * for (const scenario of backendScenarios) {
 *   it.live(scenario.name, () => scenario.run(() => MyStorage.at(freshPlace)))
 * }
 * ```
 * Each begins with an empty store. B1 to B6 are the invariants of `CheckpointStorage`; durability itself (B2) is tested
 * by `backendPowerLoss` where the backend writes through `Files`.
 */
import type { BackendScenario } from "./BackendScenario.ts"
import { logScenarios } from "./backendLogScenarios.ts"
import { objectScenarios } from "./backendObjectScenarios.ts"
import { openScenarios } from "./backendOpenScenarios.ts"

export const backendScenarios: ReadonlyArray<BackendScenario> = [...objectScenarios, ...logScenarios, ...openScenarios]
