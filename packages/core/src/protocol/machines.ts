/** The machines of the protocol: those that run are those that are explored. */
import { checkpointMachine } from "./checkpointMachine.ts"
import { committerMachine } from "./committerMachine.ts"
import { coordinatorMachine } from "./coordinatorMachine.ts"
import { jobMachine } from "./jobMachine.ts"
import { subtaskMachine } from "./subtaskMachine.ts"

export const machines = {
  job: jobMachine,
  coordinator: coordinatorMachine,
  checkpoint: checkpointMachine,
  subtask: subtaskMachine,
  committer: committerMachine
}
