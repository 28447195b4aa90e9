/** Whether two vectors are the same state. HOT */
import type { StateVector } from "./Engine.ts"

export const isSameState = (a: StateVector, b: StateVector): boolean => {
  for (let word = 0; word < a.length; word++) if (a[word] !== b[word]) return false
  return true
}
