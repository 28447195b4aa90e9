/**
 * The contents that one channel has had, as small integers. 0 is the empty channel.
 *
 * C1 Choices of a bag or set come in the order of their texts, so that a path means the same in every search.
 */
import type { Channel } from "../system/Channel.ts"
import type { Message } from "../system/Effect.ts"
import type { Interner } from "../values/Interner.ts"
import { ListInterner } from "../values/ListInterner.ts"
import { guarded } from "./errors.ts"

/** What may be received next, and what is left then. */
export interface Choice {
  readonly message: number
  readonly rest: number
  readonly isLossy: boolean
  readonly isDuplicable: boolean
  /** What is left if the message is received now and comes once more. */
  readonly afterDuplicate: number
}

export class ChannelTable {
  readonly channel: Channel
  readonly #messages: Interner<Message>
  readonly #contents: ListInterner
  readonly #choices: Array<ReadonlyArray<Choice> | undefined> = []

  constructor(channel: Channel, messages: Interner<Message>) {
    this.channel = channel
    this.#messages = messages
    this.#contents = new ListInterner((content) => this.#normal(content))
  }

  messagesOf(content: number): ReadonlyArray<Message> {
    return this.contentOf(content).map((message) => this.#messages.get(message))
  }

  contentOf(content: number): ReadonlyArray<number> {
    return this.#contents.get(content)
  }

  /** The content for these messages, in the channel's own order. */
  intern(messages: ReadonlyArray<number>): number {
    return this.#contents.id(messages)
  }

  /** HOT */
  push(content: number, message: number): number {
    return this.#contents.push(content, message)
  }

  /** HOT */
  choices(content: number): ReadonlyArray<Choice> {
    const known = this.#choices[content]
    if (known !== undefined) return known
    const choices = this.#findChoices(this.contentOf(content))
    this.#choices[content] = choices
    return choices
  }

  #findChoices(content: ReadonlyArray<number>): ReadonlyArray<Choice> {
    const { kind } = this.channel
    const heads = kind === "fifo" ? content.slice(0, 1) : [...new Set(content)]
    return heads.map((message) => {
      const at = content.indexOf(message)
      const rest = content.filter((_, index) => index !== at)
      const value = this.#messages.get(message)
      return {
        message,
        rest: this.intern(kind === "set" ? content : rest),
        isLossy: this.#says("loses", value),
        isDuplicable: this.#says("duplicates", value),
        afterDuplicate: this.intern(kind === "set" ? content : [...rest, message])
      }
    })
  }

  #says(fault: "loses" | "duplicates", message: Message): boolean {
    const { [fault]: may, name } = this.channel
    return may !== undefined && guarded(`channel ${name}, ${fault},`, message, () => may(message))
  }

  #normal(messages: ReadonlyArray<number>): ReadonlyArray<number> {
    if (this.channel.kind === "fifo") return messages
    const kept = this.channel.kind === "set" ? [...new Set(messages)] : [...messages]
    return kept.sort((a, b) => (this.#messages.text(a) < this.#messages.text(b) ? -1 : 1))
  }
}
