/** What exchanges of names do to values, identifiers and actions of one system. */
import type { AnyStateMachine } from "xstate"
import type { Slot } from "../engine/Engine.ts"
import type { Action } from "../system/Action.ts"
import type { Renaming, System } from "../system/System.ts"
import type { Members } from "./Members.ts"
import type { Permutation } from "./Permutations.ts"
import { renamingOf } from "./renameValue.ts"

export class Renamings {
  readonly members: Members
  readonly rename: System["rename"]
  readonly #parts: ReadonlySet<string>

  constructor(members: Members, slots: ReadonlyArray<Slot>, rename: System["rename"]) {
    this.members = members
    this.rename = rename
    this.#parts = new Set(slots.map(({ name }) => name))
  }

  /** For values that will be states of a component: its machines. */
  of(permutation: Permutation, machines: ReadonlyArray<AnyStateMachine> = []): Renaming["value"] {
    const { all } = this.members
    return renamingOf({
      text: (text) => this.text(text, (member) => all[permutation.to[member] ?? 0] ?? ""),
      words: (text) => this.words(text, permutation),
      rename: this.rename,
      machines
    })
  }

  /** A string within a value: a name, or the name of a part. */
  text(text: string, wordFor: (member: number) => string): string {
    const member = this.members.numberOf(text)
    if (member >= 0) return wordFor(member)
    return this.#parts.has(text) ? this.members.replaceWords(text, wordFor) : text
  }

  /** An identifier, in which names are words. */
  words(text: string, { to }: Permutation): string {
    const { all } = this.members
    return this.members.replaceWords(text, (member) => all[to[member] ?? 0] ?? "")
  }

  action(action: Action, permutation: Permutation): Action {
    const value = this.of(permutation)
    const words = (name: string): string => this.words(name, permutation)
    switch (action._tag) {
      case "Deliver":
      case "Duplicate":
        return { ...action, channel: words(action.channel), to: words(action.to), message: value(action.message) }
      case "Lose":
        return { ...action, channel: words(action.channel), message: value(action.message) }
      case "Timer":
        return { ...action, component: words(action.component), timer: words(action.timer) }
      case "Internal":
        return { ...action, component: words(action.component), event: value(action.event) }
      case "Operation": {
        const from = action.from === null ? null : words(action.from)
        return { ...action, resource: words(action.resource), operation: value(action.operation), from }
      }
      case "Stimulus":
        return { ...action, stimulus: words(action.stimulus) }
      case "Crash":
      case "Recover":
        return { ...action, unit: words(action.unit) }
    }
  }
}
