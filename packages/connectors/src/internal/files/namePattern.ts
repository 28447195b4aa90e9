/** Patterns of file names: `*` is any text, `?` one character; names that start with a dot fit no pattern. */

export const isPattern = (name: string): boolean => /[*?]/.test(name)

export const patternOf = (pattern: string): ((name: string) => boolean) => {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll(/\*+/g, ".*")
    .replaceAll("?", ".")
  const expression = new RegExp(`^${source}$`, "su")
  return (name) => !name.startsWith(".") && expression.test(name)
}
