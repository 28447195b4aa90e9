/** The machines of the protocol, in the configurations of the model. */
import type { AnyStateMachine } from "xstate"
import { type MutantsOptions, mutantsOf } from "../../../packages/checker/src/mutation/index.ts"
import { machines } from "../../../packages/core/src/protocol/machines.ts"
import type { ProtocolConfig } from "../../model/system/Config.ts"
import { plans } from "../../model/system/plan.ts"
import { protocolSystem } from "../../model/system/protocolSystem.ts"
import { designedMutants, designedPairs, protocolCommands, type Variant } from "../design.ts"
import type { Configuration, MachineMutant, Subject } from "../harness/Subject.ts"
import { survivors } from "../survivors.ts"

const configs: ReadonlyArray<ProtocolConfig> = [
  { name: "a", plan: plans.line(1), stimuli: { request: 1 } },
  { name: "b", plan: plans.line(1), stimuli: { request: 1 }, faults: { crash: 1 }, capturesArePrompt: true },
  { name: "c", plan: plans.fork(1, 1), stimuli: { request: 1 }, capturesArePrompt: true }
]

export const subjectOf = (configurations: ReadonlyArray<ProtocolConfig>): Subject<Variant> => ({
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
  configurations: configurations.map(configurationOf)
})

const among = <K extends keyof typeof machines>(
  options: (machine: AnyStateMachine) => MutantsOptions,
  key: K
): ReadonlyArray<MachineMutant<Variant>> =>
  mutantsOf(machines[key], options(machines[key])).map((mutant) => ({
    ...mutant,
    change: (variant) => ({ ...variant, machines: { ...variant.machines, [key]: mutant.onto(variant.machines[key]) } })
  }))

const configurationOf = (config: ProtocolConfig): Configuration<Variant> => ({
  name: config.name,
  model: (variant) => {
    const protocol = protocolSystem({ ...config, ...variant })
    return { system: protocol.system, properties: [] }
  }
})

export const subject: Subject<Variant> = subjectOf(configs)
