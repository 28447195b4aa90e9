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

/** The job has no parts: its machine alone. */
export const jobComponent = makeStepper<typeof jobMachine, JobCommand>(jobMachine)

/** The coordinator with one part for each checkpoint, by its id. */
export const coordinatorComponent = makeComponent<
  typeof coordinatorMachine,
  typeof checkpointMachine,
  CoordinatorCommand
>(coordinatorMachine, checkpointMachine)

/** A subtask with its committer, if it has one. */
export const subtaskComponent = makeComponent<typeof subtaskMachine, typeof committerMachine, SubtaskCommand>(
  subtaskMachine,
  committerMachine
)
