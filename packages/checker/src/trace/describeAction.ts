/** An action in words. */
import type { Action } from "../system/Action.ts"
import type { OperationOutcome } from "../system/Resource.ts"
import { messageText, valueText } from "./valueText.ts"

/** One line for every kind of action. */
export const describeAction = (action: Action): string => {
  switch (action._tag) {
    case "Deliver":
      return `${action.to} receives ${messageText(action.message)} from ${action.channel}`
    case "Duplicate":
      return `${action.to} receives ${messageText(action.message)} from ${action.channel}, which keeps a copy of it`
    case "Lose":
      return `${action.channel} loses ${messageText(action.message)}`
    case "Timer":
      return `timer ${action.timer} of ${action.component} fires`
    case "Internal":
      return `${action.component} does ${messageText(action.event)}`
    case "Operation":
      return `${action.resource}: ${operationText(action)}`
    case "Stimulus":
      return `${action.stimulus} happens`
    case "Crash":
      return `${action.unit} crashes`
    case "Recover":
      return `${action.unit} comes back`
  }
}

const outcomeTexts: Readonly<Record<OperationOutcome, string>> = {
  ok: "is done",
  fails: "fails",
  ambiguous: "is done, and the answer says that nobody knows",
  late: "stays in flight, and the answer says that nobody knows",
  torn: "is done in part",
  lands: "lands late",
  vanishes: "vanishes"
}

/** What became of an operation: `append(n: 1) of writer is done`. */
export const operationText = ({ operation, outcome, from }: Extract<Action, { readonly _tag: "Operation" }>): string =>
  `${valueText(operation)}${from === null ? "" : ` of ${from}`} ${outcomeTexts[outcome]}`
