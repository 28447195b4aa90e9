export interface Gate {
  readonly name: string
  readonly title: string
  readonly command: ReadonlyArray<string>
}

export type ChosenGates =
  | { readonly _tag: "Gates"; readonly gates: ReadonlyArray<Gate> }
  | { readonly _tag: "Unknown"; readonly names: ReadonlyArray<string> }

/** Chooses gates by name, in the order of the list; all when no name is given. */
export const parseGates = (gates: ReadonlyArray<Gate>, names: ReadonlyArray<string>): ChosenGates => {
  const unknown = names.filter((name) => !gates.some((gate) => gate.name === name))
  if (unknown.length > 0) return { _tag: "Unknown", names: unknown }
  return { _tag: "Gates", gates: names.length === 0 ? gates : gates.filter(({ name }) => names.includes(name)) }
}
