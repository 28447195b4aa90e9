/**
 * SIGINT and SIGTERM of a process that runs a job: the first asks the job to stop in good order, the second to stop at
 * once, the third ends the process.
 */
export type StopSignal = "SIGINT" | "SIGTERM"

/** As shells report a process that a signal ended. */
export const exitCodeOfSignal: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 }

export class Signals {
  readonly #received: Array<StopSignal> = []
  #listener: ((signal: StopSignal, count: number) => void) | null = null

  /** From the first moment of the process: loading takes a second. */
  constructor() {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => this.#receive(signal))
  }

  get hasReceived(): boolean {
    return this.#received.length > 0
  }

  /** Hears of every signal, of those that came before too. */
  listen(listener: (signal: StopSignal, count: number) => void): void {
    this.#listener = listener
    this.#received.forEach((signal, index) => {
      listener(signal, index + 1)
    })
  }

  #receive(signal: StopSignal): void {
    this.#received.push(signal)
    const count = this.#received.length
    if (count > 2) process.exit(exitCodeOfSignal[signal])
    this.#listener?.(signal, count)
  }
}
