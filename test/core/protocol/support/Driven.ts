/** A machine or component under the hands of a scenario: it keeps the state and the commands of the last step. */
export class Driven<State, Event, Command extends { readonly _tag: string }> {
  readonly #step: (state: State, event: Event) => readonly [State, ReadonlyArray<Command>]
  state: State
  commands: ReadonlyArray<Command>

  constructor(
    step: (state: State, event: Event) => readonly [State, ReadonlyArray<Command>],
    initial: readonly [State, ReadonlyArray<Command>]
  ) {
    this.#step = step
    this.state = initial[0]
    this.commands = initial[1]
  }

  /** Steps the events one after the other and answers the commands of all. */
  send(...events: ReadonlyArray<Event>): ReadonlyArray<Command> {
    this.commands = events.flatMap((event) => {
      const [state, commands] = this.#step(this.state, event)
      this.state = state
      return commands
    })
    return this.commands
  }

  /** What the last `send` asked for, by name. */
  get tags(): ReadonlyArray<string> {
    return this.commands.map(({ _tag }) => _tag)
  }
}
