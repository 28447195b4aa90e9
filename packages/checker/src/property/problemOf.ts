/** Asks a predicate, and says in words what is wrong. */
import type { Verdict } from "./Property.ts"

/** Null if it holds; a predicate that throws does not. */
export const problemOf = (name: string, ask: () => Verdict): string | null => {
  try {
    const verdict = ask()
    if (verdict === true) return null
    return verdict === false ? `${name} does not hold` : verdict
  } catch (cause) {
    return `${thrown}${cause instanceof Error ? cause.message : String(cause)}`
  }
}

/** Begins the problem of a predicate that threw. */
export const thrown = "threw: "
