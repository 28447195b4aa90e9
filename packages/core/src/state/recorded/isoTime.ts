/** Milliseconds since the epoch in ISO 8601; the number itself where that knows no such time. */
export const isoTime = (millis: number): string => {
  const date = new Date(millis)
  return Number.isNaN(date.getTime()) ? String(millis) : date.toISOString()
}
