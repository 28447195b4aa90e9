/** A count from the command line. Fails: throws for what is none. */
export const wholeNumber = (option: string, text: string): number => {
  const value = Number(text)
  if (/^\d+$/.test(text) && value > 0) return value
  throw new RangeError(`Option ${option} is "${text}"; use a whole number of at least 1.`)
}
