/** What an adaptive trigger has chosen, and why, for people. */
import type { RunReport } from "@tidemark/core"
import { millisText } from "../output/format.ts"

type ChosenInterval = NonNullable<RunReport["checkpoints"]["interval"]>

export const intervalText = (chosen: ChosenInterval): string => {
  const misses = chosen.meetsTarget ? [] : ["the recovery target cannot be met"]
  return [`every ${millisText(chosen.intervalMs)}`, ruleText(chosen), ...costTexts(chosen), ...misses].join(", ")
}

const ruleText = ({ rule, youngDalyMs }: ChosenInterval): string => {
  const least = youngDalyMs === null ? "" : ` (least time is lost at ${millisText(youngDalyMs)})`
  switch (rule) {
    case "unmeasured":
      return "the least, until a checkpoint is measured"
    case "youngDaly":
      return "where least time is lost"
    case "recoveryTarget":
      return `held by the recovery target${least}`
    case "min":
      return `held by min${least}`
    case "max":
      return `held by max${least}`
  }
}

const costTexts = ({ checkpointMs, recoveryMs }: ChosenInterval): ReadonlyArray<string> => [
  ...(checkpointMs === null ? [] : [`a checkpoint costs ${millisText(checkpointMs)}`]),
  ...(recoveryMs === null ? [] : [`a recovery ${millisText(recoveryMs)}`])
]
