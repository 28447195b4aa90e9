/** How long to wait before the next attempt. Milliseconds. */
export interface Backoff {
  readonly initialMs: number
  readonly maxMs: number
  /** What the delay grows by with every failure. */
  readonly factor: number
  /** The part that is left to chance. */
  readonly jitter: number
}

/**
 * Delay before the next attempt in milliseconds: grows with every failure that counts up to the maximum, less a part at
 * random, so that jobs which failed together do not return together.
 */
export const backoffDelay = ({ factor, initialMs, jitter, maxMs }: Backoff, failures: number): number => {
  const delay = Math.min(maxMs, initialMs * Math.min(factor ** Math.max(0, failures - 1), Number.MAX_SAFE_INTEGER))
  return delay * (1 - Math.random() * jitter)
}
