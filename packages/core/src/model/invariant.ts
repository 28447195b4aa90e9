/**
 * A bug in Tidemark, never a user's mistake: it fails the job and is not caught by tag.
 */
export class InvariantViolation extends Error {
  override readonly name = "InvariantViolation"
}

/** Checks what must hold by construction; kept on in production. Fails: throws {@link InvariantViolation}. */
export function invariant(condition: boolean, rule: string, facts?: unknown): asserts condition {
  if (condition) return
  const detail = facts === undefined ? "" : ` ${JSON.stringify(facts)}`
  throw new InvariantViolation(`Broken invariant: ${rule}.${detail} This is a bug in Tidemark; please report it.`)
}
