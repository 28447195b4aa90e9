/** What became of each mutant, and how good the properties are by it. */
import type { Fate } from "./Fate.ts"

export interface Result {
  readonly name: string
  readonly operator: string
  readonly machine: string
  readonly fate: Fate
  readonly seconds: number
}

/** The operator of mutants that are two at once: they are tried, not counted. */
export const pairOperator = "pair"

export interface Score {
  readonly all: number
  readonly killed: number
  readonly equivalent: number
  /** Of the equivalent ones: those that no configuration reaches, which says more of the configurations. */
  readonly unreached: number
  readonly survived: number
}

export const scoreOf = (results: ReadonlyArray<Result>): Score => {
  const counted = results.filter(({ operator }) => operator !== pairOperator)
  const count = (tag: Fate["_tag"]) => counted.filter(({ fate }) => fate._tag === tag).length
  return {
    all: counted.length,
    killed: count("Killed"),
    equivalent: count("Equivalent"),
    unreached: counted.filter(({ fate }) => fate._tag === "Equivalent" && fate.by === "unreached").length,
    survived: count("Survived")
  }
}

/** Killed of those that could be: 1 if there are none. */
export const ratioOf = ({ all, killed, equivalent }: Score): number =>
  all === equivalent ? 1 : killed / (all - equivalent)

/** A survivor that is known, with the reason why nobody notices it. */
export interface KnownSurvivor {
  readonly name: string
  readonly reason: string
}

/** What does not agree with the list of known survivors; nothing if all is as it says. */
export const disagreements = (
  results: ReadonlyArray<Result>,
  known: ReadonlyArray<KnownSurvivor>
): ReadonlyArray<string> => {
  const reasons = new Map(known.map(({ name, reason }) => [name, reason]))
  const names = new Set(results.map(({ name }) => name))
  const unknown = results.filter(({ name, fate }) => fate._tag === "Survived" && !reasons.has(name))
  const noticed = results.filter(({ name, fate }) => fate._tag !== "Survived" && reasons.has(name))
  return [
    ...unknown.map(
      ({ name }) => `Nobody notices "${name}": add the property, fault or configuration that does, or list it.`
    ),
    ...noticed.map(({ name, fate }) => `"${name}" is listed as a survivor, but it is ${fate._tag.toLowerCase()}.`),
    ...known
      .filter(({ name }) => !names.has(name))
      .map(({ name }) => `"${name}" is listed, but there is no such mutant.`)
  ]
}
