/** A value as one short line for messages. */
export const describeValue = (value: unknown): string => {
  const text = jsonOf(value)
  return text.length > 200 ? `${text.slice(0, 197)}...` : text
}

/** What is no JSON is described too: that is often what the message is about. */
const jsonOf = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return "a value that is no JSON"
  }
}
