import { InvariantViolation } from "../../model/invariant.ts"

/** A restore that adds an entry twice would count it twice. */
export const doubledKey = (key: string | number): InvariantViolation =>
  new InvariantViolation(
    `Broken invariant: a key is restored once. ${JSON.stringify({ key })} This is a bug in Tidemark; please report it.`
  )
