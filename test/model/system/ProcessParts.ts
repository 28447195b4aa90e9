/** The parts of one process. */
import type { Component } from "../../../packages/checker/src/system/Component.ts"
import type { CoordinatorState, PostedTimer } from "./CoordinatorState.ts"
import type { JobState } from "./JobState.ts"
import type { CoordinatorMail, JobMail, SubtaskMail } from "./messages.ts"
import type { ProcessName } from "./names.ts"
import type { TaskInput, TaskState } from "./TaskState.ts"

export interface ProcessParts {
  readonly name: ProcessName
  readonly job: Component<JobState, JobMail | PostedTimer, null>
  readonly coordinator: Component<CoordinatorState, CoordinatorMail | PostedTimer, null>
  readonly tasks: Readonly<Record<string, Component<TaskState, SubtaskMail, TaskInput>>>
}
