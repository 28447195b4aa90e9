/** Transitions of the machines that no configuration of the model takes, and why. */
import type { UnreachableReasons } from "../../packages/checker/src/coverage/coverageReport.ts"

export const unreachable: UnreachableReasons = {
  "subtask (any state) subtask.cancel #0 [] -> cancelled":
    "The runtime ends an attempt by closing its scope, and never tells a subtask: the model stops the component."
}
