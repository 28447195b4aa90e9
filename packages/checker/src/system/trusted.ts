/**
 * SEAM: the only unchecked cast of the checker. The functions of a part are called with values that came out of the same
 * part's functions, or that were sent to it; no type can say so for a list of parts that differ.
 */
// biome-ignore lint/suspicious/noExplicitAny: the marked seam
export const trusted = (value: unknown): any => value
