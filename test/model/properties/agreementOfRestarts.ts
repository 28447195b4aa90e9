/** Failures that a job counts are those that it has not forgotten: see agreement.ts. */
import { always, step } from "../../../packages/checker/src/property/Property.ts"
import { mailboxOf } from "../system/names.ts"
import type { ModelProperty } from "./ModelProperty.ts"
import { jobOf } from "./reading.ts"

const isForgetting = (timer: string): boolean => timer.startsWith("forget:")

export const A21: ModelProperty = {
  id: "A21",
  sentence: "under a failure rate the failures that count are those whose timers run, and each timer forgets one",
  of: (protocol, name) =>
    protocol.processes.flatMap((process) => [
      always(name(process.name), (view) => {
        const job = jobOf(process, view)
        if (job === undefined || job.context.policy.forgets !== "each" || job.context.outcome !== null) return true
        if (!protocol.settings.timers.includes("forget") || job.status === "done") return true
        const posted = view
          .messages({ name: mailboxOf(process.job.name) })
          .filter((mail) => "timer" in mail && typeof mail.timer === "string" && isForgetting(mail.timer))
        const remembered = view.timers(process.job).filter(isForgetting).length + posted.length
        return remembered === job.context.failures
          ? true
          : `${job.context.failures} failures count, and ${remembered} are remembered`
      }),
      step(name(`${process.name} restarts`), (before, _, after) => {
        const [was, is] = [jobOf(process, before), jobOf(process, after)]
        if (was === undefined || is === undefined || is.context.failures <= was.context.failures) return true
        const { policy } = is.context
        const isAllowed = policy.restartsMax === null || was.context.failures < policy.restartsMax
        const hasFailed = is.context.outcome === "failed"
        return isAllowed || hasFailed || is.context.outcome !== null ? true : "it restarts once too often"
      })
    ]),
  witness: (protocol) => (view) =>
    protocol.processes.some((process) => (jobOf(process, view)?.context.failures ?? 0) > 0)
}
