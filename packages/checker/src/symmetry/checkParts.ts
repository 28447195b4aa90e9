/** Refuses a system of which the parts of symmetric names differ: every part must have its counterparts. */
import type { Slot } from "../engine/Engine.ts"
import { ModelError } from "../engine/errors.ts"
import type { Channel } from "../system/Channel.ts"
import type { System } from "../system/System.ts"
import type { Members } from "./Members.ts"

export const checkParts = (system: System, members: Members, slots: ReadonlyArray<Slot>): void => {
  for (const { names } of members.groups) {
    for (const [index, other] of names.entries()) {
      const one = names[index - 1]
      if (one === undefined) continue
      const exchanged = (text: string): string =>
        members.replaceWords(text, (member) => {
          const name = members.all[member] ?? ""
          return name === one ? other : name === other ? one : name
        })
      checkSlots(slots, exchanged, names)
      checkChannels(system, exchanged, names)
      checkUnits(system, exchanged, names)
    }
  }
}

type Exchange = (text: string) => string

const checkSlots = (slots: ReadonlyArray<Slot>, exchanged: Exchange, group: ReadonlyArray<string>): void => {
  for (const { kind, name } of slots) {
    const other = exchanged(name)
    if (slots.some((slot) => slot.kind === kind && slot.name === other)) continue
    throw new ModelError(
      `The ${partOf(kind)} "${name}" has no counterpart "${other}", and the names ${group.join(", ")} are said to be ` +
        `symmetric. Add it, rename the ${partOf(kind)} if it does not belong to one of them, or change "symmetric".`
    )
  }
}

const partOf = (kind: Slot["kind"]): string =>
  kind === "unit" ? "crash unit" : kind === "budget" ? "fault budget" : kind === "operations" ? "resource" : kind

const checkChannels = ({ channels = [] }: System, exchanged: Exchange, group: ReadonlyArray<string>): void => {
  for (const channel of channels) {
    const other = channels.find(({ name }) => name === exchanged(channel.name))
    if (other === undefined || textOf(channel, exchanged) === textOf(other, (name) => name)) continue
    throw new ModelError(
      `The channels "${channel.name}" and "${other.name}" differ in kind, ends, capacity or what a crash leaves of them, ` +
        `and the names ${group.join(", ")} are said to be symmetric. Make them alike, or change "symmetric".`
    )
  }
}

const textOf = ({ kind, to, from, whenDown = "clear", capacity }: Channel, rename: Exchange): string => {
  const receivers = (typeof to === "string" ? [to] : to).map(rename).sort()
  return JSON.stringify([kind, receivers, from === undefined ? null : rename(from), whenDown, capacity ?? null])
}

const checkUnits = ({ crashes = [] }: System, exchanged: Exchange, group: ReadonlyArray<string>): void => {
  for (const { name, components } of crashes) {
    const other = crashes.find((unit) => unit.name === exchanged(name))
    if (other === undefined || components.map(exchanged).sort().join() === [...other.components].sort().join()) continue
    throw new ModelError(
      `The crash units "${name}" and "${other.name}" have components that are no counterparts of each other, and the ` +
        `names ${group.join(", ")} are said to be symmetric. Make them alike, or change "symmetric".`
    )
  }
}
