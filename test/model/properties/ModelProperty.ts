/** A property of the protocol as the documents number it, and what shows that it is not about nothing. */
import { type Property, sometimes } from "../../../packages/checker/src/property/Property.ts"
import type { View } from "../../../packages/checker/src/system/View.ts"
import type { Protocol } from "../system/protocolSystem.ts"

export interface ModelProperty {
  /** Such as `S4`. */
  readonly id: string
  /** What is to hold, as one sentence. */
  readonly sentence: string
  /** The predicates that say it of a system: one or more, each small in what it reads. */
  readonly of: (protocol: Protocol, name: (part?: string) => string) => ReadonlyArray<Property>
  /** A state in which the property is about something; null where the predicates are about every state. */
  readonly witness: (protocol: Protocol) => (view: View) => boolean
}

export const nameOf = ({ id, sentence }: ModelProperty, part?: string): string =>
  `${id} ${sentence}${part === undefined ? "" : ` (${part})`}`

export const witnessName = ({ id, sentence }: ModelProperty): string => `${id} is about something: ${sentence}`

/** The predicates of a property. */
export const predicatesOf = (property: ModelProperty, protocol: Protocol): ReadonlyArray<Property> =>
  property.of(protocol, (part) => nameOf(property, part))

export const witnessOf = (property: ModelProperty, protocol: Protocol): Property =>
  sometimes(witnessName(property), property.witness(protocol))
