/** The machines of the protocol, in the configurations of the model. */
import type { AnyStateMachine } from "xstate"
import { type MutantsOptions, mutantsOf } from "../../../packages/checker/src/mutation/index.ts"
import type { Property } from "../../../packages/checker/src/property/Property.ts"
import { machines } from "../../../packages/core/src/protocol/machines.ts"
import { type Configuration as ModelConfiguration, propertiesOf } from "../../model/configurations/Configuration.ts"
import { type LivelyConfiguration, lively } from "../../model/configurations/lively.ts"
import { small } from "../../model/configurations/small.ts"
import { agreements } from "../../model/properties/agreements.ts"
import { liveNameOf, liveness } from "../../model/properties/liveness.ts"
import { predicatesOf } from "../../model/properties/ModelProperty.ts"
import { plans } from "../../model/system/plan.ts"
import { type Protocol, protocolSystem } from "../../model/system/protocolSystem.ts"
import { designedMutants, designedPairs, protocolCommands, type Variant } from "../design.ts"
import type { Configuration, MachineMutant, Subject } from "../harness/Subject.ts"
import { survivors } from "../survivors.ts"

export const subjectOf = (configurations: ReadonlyArray<Configuration<Variant>>): Subject<Variant> => ({
  machines: { machines },
  commands: protocolCommands,
  map: (change) => ({
    machines: {
      job: change(machines.job),
      coordinator: change(machines.coordinator),
      checkpoint: change(machines.checkpoint),
      subtask: change(machines.subtask),
      committer: change(machines.committer)
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
  pairs: [
    ...designedPairs,
    ...survivors.flatMap(({ name, redundantWith }) =>
      redundantWith === undefined ? [] : [[name, redundantWith] as const]
    )
  ],
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
export const safely = (found: ModelConfiguration): Configuration<Variant> => ({
  name: found.config.name,
  model: (variant) => {
    const protocol = protocolSystem({ ...found.config, ...variant })
    return { system: protocol.system, properties: [...propertiesOf(protocol, found), ...agreementsOf(protocol)] }
  }
})

const agreementsOf = (protocol: Protocol): ReadonlyArray<Property> =>
  agreements.flatMap((property) => predicatesOf(property, protocol))

export const lastingly = ({ config, shows }: LivelyConfiguration): Configuration<Variant> => ({
  name: `${config.name} in the end`,
  model: (variant) => {
    const protocol = protocolSystem({ ...config, ...variant })
    const properties = shows.flatMap((id) => liveness[id].of(protocol, (part) => liveNameOf(liveness[id], part)))
    return { system: protocol.system, properties }
  }
})

/** Configurations that only mutants need: what is left behind is seen where the job goes on, and nothing sweeps. */
const more: ReadonlyArray<ModelConfiguration> = [
  {
    about: "A snapshot cannot be stored, and what others have stored for its checkpoint is released.",
    config: {
      name: "storeFailsOpen",
      plan: plans.line(1),
      hasEnd: false,
      stimuli: { request: 1 },
      faults: { "store.fails": 1 }
    },
    shows: [],
    ends: ["running"],
    states: 0,
    edges: 0
  }
]

/** Liveness is decided on whole graphs only: those that are small. */
const livelyStates = 60_000

export const subject: Subject<Variant> = subjectOf([
  ...[...small, ...more].map(safely),
  ...lively.filter(({ states }) => states <= livelyStates).map(lastingly)
])
