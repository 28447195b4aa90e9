import { Effect } from "effect"
import { Signal } from "./Signal.ts"

interface Mail<Event> {
  readonly event: Event
  readonly onHandled: (() => void) | null
}

/** An actor's unbounded queue of control events. Control events are few; records never pass through it. */
export class Mailbox<Event> {
  readonly signal: Signal
  #mails: Array<Mail<Event>> = []

  constructor(signal: Signal = new Signal()) {
    this.signal = signal
  }

  post(event: Event): void {
    this.#mails.push({ event, onHandled: null })
    this.signal.notify()
  }

  /** Posts an event and waits until the actor has stepped it; `onHandled` is called right after that. */
  ask(event: Event, onHandled: () => void = () => {}): Effect.Effect<void> {
    return Effect.callback((resume) => {
      this.#mails.push({
        event,
        onHandled: () => {
          onHandled()
          resume(Effect.yieldNow)
        }
      })
      this.signal.notify()
    })
  }

  /** Hands every event that is here now, and those that come meanwhile, to the actor. */
  drain(handle: (event: Event) => void): void {
    while (this.#mails.length > 0) {
      const mails = this.#mails
      this.#mails = []
      for (const mail of mails) {
        handle(mail.event)
        mail.onHandled?.()
      }
    }
  }

  get isEmpty(): boolean {
    return this.#mails.length === 0
  }
}
