/**
 * The names that may be exchanged for each other, numbered across all groups.
 *
 * M1 A name is in one group only. A word of a text is a name with no letter, digit or underscore next to it; the longest
 *    name counts.
 */
import { ModelError } from "../engine/errors.ts"

interface Group {
  readonly names: ReadonlyArray<string>
  /** Number of its first member; the others follow. */
  readonly first: number
}

export class Members {
  readonly all: ReadonlyArray<string>
  readonly groups: ReadonlyArray<Group>
  /** By member. */
  readonly groupOf: ReadonlyArray<number>
  readonly #numbers: ReadonlyMap<string, number>
  readonly #words: RegExp
  /** Texts of the names as they stand in texts of values. */
  readonly #quoted: ReadonlyArray<string>

  constructor(system: string, symmetric: ReadonlyArray<ReadonlyArray<string>>) {
    this.all = symmetric.flat()
    const twice = this.all.find((name, index) => this.all.indexOf(name) !== index)
    if (twice !== undefined) {
      throw new ModelError(`"${twice}" is twice in the symmetric groups of ${system}; a name is in one group only.`)
    }
    let first = 0
    this.groups = symmetric.map((names) => {
      const group = { names, first }
      first += names.length
      return group
    })
    this.groupOf = symmetric.flatMap((names, group) => names.map(() => group))
    this.#numbers = new Map(this.all.map((name, index) => [name, index]))
    const longestFirst = [...this.all].sort((a, b) => b.length - a.length).map(literally)
    this.#words = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${longestFirst.join("|")})(?![\\p{L}\\p{N}_])`, "gu")
    this.#quoted = this.all.map((name) => JSON.stringify(name).slice(1, -1))
  }

  /** -1 if it is no name of a group. */
  numberOf(name: string): number {
    return this.#numbers.get(name) ?? -1
  }

  /** The text with other words in the places of the names. */
  replaceWords(text: string, wordFor: (member: number) => string): string {
    return text.replace(this.#words, (name) => wordFor(this.numberOf(name)))
  }

  /** Whether one of the names may stand somewhere in the value with this canonical text. */
  mayOccurIn(canonicalText: string): boolean {
    return this.#quoted.some((name) => canonicalText.includes(name))
  }
}

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")
