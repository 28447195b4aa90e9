import { type Aggregate, type AggregateSpec, describeAggregate, isAggregate } from "./Aggregate.ts"

/** The fields of records that an aggregation reads, sorted; null where a function is given whole records. */
export const fieldsRead = <A>(spec: AggregateSpec<A>): ReadonlyArray<string> | null => {
  const fields = (isAggregate(spec) ? [spec] : Object.values(spec)).map(fieldsOf)
  return fields.some((read) => read === null) ? null : [...new Set(fields.flatMap((read) => read ?? []))].sort()
}

const fieldsOf = <A>(of: Aggregate<A, unknown>): ReadonlyArray<string> | null => {
  const description = describeAggregate(of)
  switch (description.kind) {
    case "count":
      return description.predicate === null ? [] : null
    case "custom":
      return null
    default:
      return description.of._tag === "Field" ? [description.of.field] : null
  }
}
