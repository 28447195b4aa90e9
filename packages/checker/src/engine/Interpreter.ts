/** Applies programs to a vector: sends, requests, starts, stops, notes. */

import { opcode } from "./Programs.ts"
import { type Tables } from "./Tables.ts"

export class Interpreter {
  readonly #tables: Tables

  constructor(tables: Tables) {
    this.#tables = tables
  }

  /** HOT */
  run(program: number, state: Int32Array): void {
    if (program === 0) return
    const { programs } = this.#tables
    const end = program + 1 + 3 * programs.lengthOf(program)
    for (let at = program + 1; at < end; at += 3) {
      this.#execute(programs.at(at), programs.at(at + 1), programs.at(at + 2), state)
    }
  }

  /** Steps a running component. HOT */
  step(component: number, message: number, state: Int32Array): void {
    const table = this.#tables.components[component]
    if (table === undefined) return
    const step = table.step(state[component] ?? 0, message)
    state[component] = table.next(step)
    this.run(table.program(step), state)
  }

  start(component: number, input: number, state: Int32Array): void {
    const table = this.#tables.components[component]
    if (table === undefined) return
    const step = table.start(state[component] ?? 0, input)
    state[component] = table.next(step)
    this.run(table.program(step), state)
  }

  stop(component: number, state: Int32Array): void {
    state[component] = 0
    this.forget(component, state)
  }

  /** What everybody else forgets of a component that is gone: see {@link Layout.clearedWith}, R2. */
  forget(component: number, state: Int32Array): void {
    const { layout, resources, components } = this.#tables
    const name = components[component]?.component.name ?? ""
    for (const channel of layout.clearedWith[component] ?? []) state[layout.channelsAt + channel] = 0
    for (const [index, resource] of resources.entries()) {
      const slot = layout.operationsAt + index
      state[slot] = resource.orphan(state[slot] ?? 0, component, name)
    }
  }

  #execute(code: number, first: number, second: number, state: Int32Array): void {
    const { layout, channels, resources, history } = this.#tables
    switch (code) {
      case opcode.send: {
        if (!this.#isOpen(first, state)) return
        const slot = layout.channelsAt + first
        state[slot] = channels[first]?.push(state[slot] ?? 0, second) ?? 0
        return
      }
      case opcode.request: {
        const slot = layout.operationsAt + first
        state[slot] = resources[first]?.add(state[slot] ?? 0, second) ?? 0
        return
      }
      case opcode.start:
        this.start(first, second, state)
        return
      case opcode.stop:
        this.stop(first, state)
        return
      case opcode.clear:
        state[layout.channelsAt + first] = 0
        return
      case opcode.note:
        state[layout.historyAt] = history.next(state[layout.historyAt] ?? 0, first)
        return
    }
  }

  /** A channel that is cleared when an end is down takes nothing then. */
  #isOpen(channel: number, state: Int32Array): boolean {
    const { layout, channels, components } = this.#tables
    if (channels[channel]?.channel.whenDown === "keep") return true
    return (layout.receivers[channel] ?? []).some((index) => components[index]?.isRunning(state[index] ?? 0) === true)
  }
}
