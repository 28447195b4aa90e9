/** The machines of the protocol, in the configurations of the model. */
import type { AnyStateMachine } from "xstate"
import { type MutantsOptions, mutantsOf } from "../../../packages/checker/src/mutation/index.ts"
import { machines } from "../../../packages/core/src/protocol/machines.ts"
import { propertiesOf } from "../../model/configurations/Configuration.ts"
import { type LivelyConfiguration, lively } from "../../model/configurations/lively.ts"
import { small } from "../../model/configurations/small.ts"
import { liveNameOf, liveness } from "../../model/properties/liveness.ts"
import { protocolSystem } from "../../model/system/protocolSystem.ts"
import { protocolCommands, type Variant } from "../DesignedMutant.ts"
import { designedMutants, designedPairs } from "../design.ts"
import type { Configuration, MachineMutant, Subject } from "../harness/Subject.ts"
import { more, type SafeConfiguration } from "./configurations.ts"

const subjectOf = (configurations: ReadonlyArray<Configuration<Variant>>): Subject<Variant> => ({
  machines: { machines },
  commands: protocolCommands,
  internal: ["StartParts", "ToParts", "StopParts", "ToOwner"],
  // A timer that is set is set; a job ends once; blocking is measured, the gate reads the machine.
  idempotent: ["SetTimer", "CancelTimer", "EndJob", "Block", "Unblock"],
  map: ({ machines: given, ...rest }, change) => ({
    ...rest,
    machines: {
      job: change(given.job),
      coordinator: change(given.coordinator),
      checkpoint: change(given.checkpoint),
      subtask: change(given.subtask),
      committer: change(given.committer)
    }
  }),
  mutants: (options) => [
    ...among(options, "job"),
    ...among(options, "coordinator"),
    ...among(options, "checkpoint"),
    ...among(options, "subtask"),
    ...among(options, "committer")
  ],
  designed: designedMutants,
  pairs: designedPairs,
  configurations
})

const among = <K extends keyof typeof machines>(
  options: (machine: AnyStateMachine) => MutantsOptions,
  key: K
): ReadonlyArray<MachineMutant<Variant>> =>
  mutantsOf(machines[key], options(machines[key])).map((mutant) => ({
    ...mutant,
    change: (variant) => ({ ...variant, machines: { ...variant.machines, [key]: mutant.onto(variant.machines[key]) } })
  }))

/** All safety properties, and what the machines believe. */
const safely = (found: SafeConfiguration): Configuration<Variant> => ({
  name: found.config.name,
  model: (variant) => {
    const protocol = protocolSystem({ ...found.config, ...variant })
    return { system: protocol.system, properties: propertiesOf(protocol, found) }
  }
})

const lastingly = ({ config, shows }: LivelyConfiguration): Configuration<Variant> => ({
  name: `${config.name} in the end`,
  model: (variant) => {
    const protocol = protocolSystem({ ...config, ...variant })
    const properties = shows.flatMap((id) => liveness[id].of(protocol, (part) => liveNameOf(liveness[id], part)))
    return { system: protocol.system, properties }
  }
})

/** Liveness is decided on whole graphs only: those that are small. */
const livelyStates = 60_000

export const subject: Subject<Variant> = subjectOf([
  ...[...small, ...more].map(safely),
  ...lively.filter(({ states }) => states <= livelyStates).map(lastingly)
])
