/** The three components of a job: each owner with its parts, stepped as one by runtime and checker alike. */
import { checkpointMachine } from "./checkpointMachine.ts"
import { committerMachine } from "./committerMachine.ts"
import { makeComponent } from "./component.ts"
import { coordinatorMachine } from "./coordinatorMachine.ts"
import type { CoordinatorCommand } from "./coordinatorMessages.ts"
import { jobMachine } from "./jobMachine.ts"
import type { JobCommand } from "./jobMessages.ts"
import { makeStepper } from "./step.ts"
import { subtaskMachine } from "./subtaskMachine.ts"
import type { SubtaskCommand } from "./subtaskMessages.ts"

export const jobComponent = makeStepper<typeof jobMachine, JobCommand>(jobMachine)

export const coordinatorComponent = makeComponent<
  typeof coordinatorMachine,
  typeof checkpointMachine,
  CoordinatorCommand
>(coordinatorMachine, checkpointMachine)

export const subtaskComponent = makeComponent<typeof subtaskMachine, typeof committerMachine, SubtaskCommand>(
  subtaskMachine,
  committerMachine
)
