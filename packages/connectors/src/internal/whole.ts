/** Refuses an option that is not a whole number from `least` on; what is absent is fine. */
export const demandWhole = (
  option: string,
  { value, least }: { readonly value: number | undefined; readonly least: number }
): void => {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return
  throw new RangeError(`${option} must be a whole number of at least ${least}, got ${value}.`)
}
