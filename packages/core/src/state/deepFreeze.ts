/** Freezes plain objects and arrays to their depth, so that a test notices who mutates a value; others stay as they are. */
export const deepFreeze = (value: unknown): void => {
  if (typeof value !== "object" || value === null || Object.isFrozen(value) || !isPlain(value)) return
  Object.freeze(value)
  for (const part of Object.values(value)) deepFreeze(part)
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null
}
