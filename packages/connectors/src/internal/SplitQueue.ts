/** Splits of one reader in the order of their assignment; the first is the one being read. */
export class SplitQueue<State> {
  private states: ReadonlyArray<State> = []

  get current(): State | undefined {
    return this.states[0]
  }

  /** Unfinished splits, the current one first. */
  get unfinished(): ReadonlyArray<State> {
    return this.states
  }

  add(state: State): void {
    this.states = [...this.states, state]
  }

  /** The current split is done; the next one becomes current. */
  finish(): void {
    this.states = this.states.slice(1)
  }
}
