import type { SinkWriter } from "../connector/Sink.ts"
import type { KeyValue } from "../model/keyGroups.ts"
import type { StreamElement } from "../model/StreamElement.ts"
import type { Timestamp } from "../model/time.ts"
import type { ChannelSender } from "./ChannelEnds.ts"
import type { TaskOutput } from "./Outputs.ts"

/**
 * A task's output and its side outputs as the task loop sees them: what is no record goes to all, and none may be full.
 * Chains hand records to each directly.
 */
export class ForkedOutput implements TaskOutput {
  readonly channels: ReadonlyArray<ChannelSender>
  readonly writer: SinkWriter<unknown> | null
  readonly #main: TaskOutput
  readonly #all: ReadonlyArray<TaskOutput>

  constructor(main: TaskOutput, sides: ReadonlyArray<TaskOutput>) {
    this.#main = main
    this.#all = [main, ...sides]
    this.channels = this.#all.flatMap(({ channels }) => channels)
    this.writer = main.writer
  }

  collect(value: unknown, timestamp: Timestamp, key: KeyValue, group: number): void {
    this.#main.collect(value, timestamp, key, group)
  }

  hasRoom(): boolean {
    for (const output of this.#all) if (!output.hasRoom()) return false
    return true
  }

  flush(): void {
    for (const output of this.#all) output.flush()
  }

  flushAged(now: number): void {
    for (const output of this.#all) output.flushAged(now)
  }

  broadcast(element: StreamElement): void {
    for (const output of this.#all) output.broadcast(element)
  }

  collected(): number {
    return this.#main.collected()
  }

  emitted(): ReturnType<TaskOutput["emitted"]> {
    return this.#all.flatMap((output) => output.emitted())
  }
}
