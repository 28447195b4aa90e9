/** Why an action of XState itself cannot be part of a model, and what to do instead. */

const nameActivity = "name the activity as an action (an effect), and answer it with an event"
const nameTimer = "name an action, answer it with a SetTimer effect, and handle the event of the timer"
const nameMessage = "name an action, and answer it with a Send effect to a channel"

/** The remedy for an action that a model cannot have; null for one that it can. `params` are the action's own. */
export const remedyFor = (type: string, params: { readonly delay?: unknown } | undefined): string | null => {
  switch (type) {
    case "xstate.raise":
      return params?.delay === undefined ? null : nameTimer
    case "xstate.cancel":
      return nameTimer
    case "xstate.spawnChild":
    case "xstate.stopChild":
      return nameActivity
    case "xstate.sendTo":
      return nameMessage
    default:
      return null
  }
}

export const invokeRemedy = nameActivity
export const afterRemedy = nameTimer

/** Actions of XState that a step consumes by itself, or that nobody can notice. */
export const isConsumed = (type: string): boolean => type === "xstate.raise" || type === "xstate.log"
