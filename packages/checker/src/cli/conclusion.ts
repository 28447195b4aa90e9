/** What a search has concluded about a property. */
import type { Property } from "../property/Property.ts"
import type { Report } from "../search/Report.ts"

/** `undecided`: nothing speaks against it, and not everything was searched. */
export type Conclusion = "holds" | "violated" | "seen" | "unseen" | "undecided"

export const conclusionOf = (
  property: Property,
  { isComplete, violations, witnesses }: Pick<Report, "isComplete" | "violations" | "witnesses">
): Conclusion => {
  if (violations.some((violation) => violation.property === property.name)) return "violated"
  if (property._tag === "Sometimes" && Object.hasOwn(witnesses, property.name)) return "seen"
  if (!isComplete) return "undecided"
  return property._tag === "Sometimes" ? "unseen" : "holds"
}
