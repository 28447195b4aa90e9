import { Effect } from "effect"
import type { Mailbox } from "./Mailbox.ts"

/** Steps an actor with every event of its mailbox, until the scope closes. Fails: with the defect of a step. */
export const runActor = <Event>(mailbox: Mailbox<Event>, handle: (event: Event) => void): Effect.Effect<never> =>
  Effect.gen(function* () {
    for (;;) {
      mailbox.drain(handle)
      if (mailbox.isEmpty) yield* mailbox.signal.wait
    }
  })
