import { createHash } from "node:crypto"

/**
 * Encodes a user's name for use as a path segment: reversible, distinct on case-insensitive file systems, never hidden,
 * never `..`. Lower-case letters, digits, `-` and `_` stay; every other byte becomes `~` and two hex digits.
 */
export const objectName = (name: string): string => {
  let encoded = ""
  for (const byte of new TextEncoder().encode(name)) {
    const char = String.fromCharCode(byte)
    encoded += /[a-z0-9_-]/.test(char) ? char : `~${byte.toString(16).padStart(2, "0")}`
  }
  return encoded
}

/** As {@link objectName}, but no longer than that: a longer name is cut and told apart by a hash. Not reversible. */
export const shortObjectName = (name: string, charsMax: number): string => {
  const encoded = objectName(name)
  if (encoded.length <= charsMax) return encoded
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 16)
  return `${encoded.slice(0, charsMax - 17)}~${hash}`
}

/** Inverse of {@link objectName}. */
export const nameOfObject = (encoded: string): string => {
  const bytes: Array<number> = []
  for (let i = 0; i < encoded.length; i++) {
    if (encoded[i] === "~") {
      bytes.push(Number.parseInt(encoded.slice(i + 1, i + 3), 16))
      i += 2
    } else bytes.push(encoded.charCodeAt(i))
  }
  return new TextDecoder().decode(new Uint8Array(bytes))
}
