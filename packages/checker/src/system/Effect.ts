/** What a step asks of the rest of the system: data, never done by the component itself. */

/** What channels carry and components are told. */
export interface Message {
  readonly type: string
}

export type Effect =
  | { readonly _tag: "Send"; readonly channel: string; readonly message: Message }
  /** An armed timer may fire at any moment: there is no clock in a model. Setting it again changes nothing. */
  | { readonly _tag: "SetTimer"; readonly timer: string }
  | { readonly _tag: "CancelTimer"; readonly timer: string }
  /** Puts an operation in flight; its outcome comes later, as the resource and its faults allow. */
  | { readonly _tag: "Request"; readonly resource: string; readonly operation: unknown }
  | { readonly _tag: "Start"; readonly component: string; readonly input?: unknown }
  /** The component is gone: its timers too; its operations in flight land or vanish, and nobody hears of them. */
  | { readonly _tag: "Stop"; readonly component: string }
  /** Drops what the channel holds. */
  | { readonly _tag: "Clear"; readonly channel: string }
  /** Tells the history, which exists for properties only. */
  | { readonly _tag: "Note"; readonly fact: unknown }

/** Result of a step: where the component is now, and what it asks for, in order. */
export interface Step<State> {
  readonly state: State
  readonly effects: ReadonlyArray<Effect>
}
