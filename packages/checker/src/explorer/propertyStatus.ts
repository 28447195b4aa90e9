/** What a state, or the step into it, says about a property. */
import type { Property } from "../property/Property.ts"
import type { Action } from "../system/Action.ts"
import type { View } from "../system/View.ts"
import type { PropertyDocument, PropertyKind, PropertyStatus } from "./documents.ts"

export interface Moment {
  readonly view: View
  readonly isTerminal: boolean
  /** The step that led here; null in the initial state. */
  readonly step: { readonly before: View; readonly action: Action } | null
}

type Said = Pick<PropertyStatus, "status" | "detail">

const kinds: Readonly<Record<Property["_tag"], PropertyKind>> = {
  Always: "always",
  Step: "step",
  Sometimes: "sometimes",
  Terminal: "terminal",
  LeadsTo: "leadsTo"
}

export const propertyDocument = ({ _tag, name }: Property): PropertyDocument => ({ name, kind: kinds[_tag] })

export const propertyStatus = (property: Property, moment: Moment): PropertyStatus => ({
  ...propertyDocument(property),
  ...said(property, moment)
})

const said = (property: Property, moment: Moment): Said => {
  try {
    return saidBy(property, moment)
  } catch (error) {
    return { status: "violated", detail: `It throws: ${error instanceof Error ? error.message : String(error)}` }
  }
}

const silent = (detail: string): Said => ({ status: "silent", detail })

const verdict = (answer: boolean | string): Said =>
  answer === true
    ? { status: "holds", detail: "holds here" }
    : { status: "violated", detail: answer === false ? "does not hold here" : answer }

const saidBy = (property: Property, { isTerminal, step, view }: Moment): Said => {
  switch (property._tag) {
    case "Always":
      return verdict(property.holds(view))
    case "Step":
      return step === null ? silent("is about steps") : verdict(property.holds(step.before, step.action, view))
    case "Sometimes":
      return property.holds(view) ? { status: "seen", detail: "true here" } : silent("not true here")
    case "Terminal":
      return isTerminal ? verdict(property.holds(view)) : silent("is about states where nothing can happen any more")
    case "LeadsTo":
      if (property.to(view)) return { status: "holds", detail: "what is to come is true here" }
      return property.from(view)
        ? { status: "waiting", detail: "still to come from here" }
        : silent("nothing to come from here")
  }
}
