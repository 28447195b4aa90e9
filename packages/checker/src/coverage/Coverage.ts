/** Which transitions of which machines a search has taken. */
export interface Coverage {
  /** Names of all transitions: machine, source, event and branch, guard, target. */
  readonly taken: ReadonlyArray<string>
  readonly untaken: ReadonlyArray<string>
}
