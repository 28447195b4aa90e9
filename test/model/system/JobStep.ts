/** One step of a job of the model: its machine is stepped, and its commands are done as `JobActor` does them. */
import type { Effect, Message, Step } from "../../../packages/checker/src/system/Effect.ts"
import { committedOf } from "./claims.ts"
import type { Claimed, JobCommand, JobEvent } from "../../../packages/core/src/protocol/jobMessages.ts"
import type { FailureReport } from "../../../packages/core/src/protocol/policy.ts"
import { ClaimStep } from "./ClaimStep.ts"
import { endEntry, invalidationEntry, objectFor } from "./entries.ts"
import type { HeldWriter, JobEnvironment, JobState, Point } from "./Job.ts"
import type { Asked, CoordinatorMail, JobMail, LedgerOperation, LogAnswer, StoreOperation, Writer } from "./messages.ts"
import { coordinatorOf, mailboxOf, places, taskOf } from "./names.ts"
import { snapshotOf, startPosition } from "./snapshots.ts"
import { answer, append } from "./tail.ts"
import type { TaskInput } from "./Task.ts"
import { cancelTimer, setTimer } from "./timers.ts"

export const restart: FailureReport = { retry: "restart", record: null }
export const giveUp: FailureReport = { retry: "never", record: null }
