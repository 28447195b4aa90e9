import { check, type Message, sometimes, system, terminal } from "@tidemark/checker"
import { describe, expect, it } from "vitest"
import { assign, setup } from "xstate"
import { machineStepper } from "../../../packages/checker/src/machines/machineStepper.ts"
import { renamingOf } from "../../../packages/checker/src/symmetry/renameValue.ts"
import { machineComponent } from "../../../packages/checker/src/system/machineComponent.ts"
import { canonicalText } from "../../../packages/checker/src/values/canonical.ts"

/** Each has a machine of its own, which knows its name; it can be halted, and then goes on where it was. */
const workerMachine = (name: string) =>
  setup({
    types: {
      context: {} as { readonly helpers: ReadonlyArray<string>; readonly last: string | null },
      events: {} as { readonly type: "help"; readonly from: string } | { readonly type: "halt" | "resume" | "end" }
    },
    guards: { isOther: (_, { from }: { readonly from: string }) => from !== name },
    actions: { thank: (_, _params: { readonly to: string }) => {} }
  }).createMachine({
    id: `worker ${name}`,
    context: { helpers: [], last: null },
    type: "parallel",
    states: {
      work: {
        initial: "running",
        states: {
          running: {
            initial: "alone",
            states: {
              alone: {
                on: {
                  help: {
                    guard: { type: "isOther", params: ({ event }) => ({ from: event.from }) },
                    target: "helped",
                    actions: [
                      assign({
                        helpers: ({ context, event }) => [...context.helpers, event.from].sort(),
                        last: ({ event }) => event.from
                      }),
                      { type: "thank", params: ({ event }) => ({ to: event.from }) }
                    ]
                  }
                }
              },
              helped: {},
              latest: { type: "history" }
            },
            on: { halt: "halted" }
          },
          halted: { on: { resume: "running.latest" } }
        }
      },
      life: { initial: "on", states: { on: { on: { end: "off" } }, off: {} } }
    }
  })

const exchange = (text: string): string => (text === "a" ? "b" : text === "b" ? "a" : text)

const exchangeWords = (text: string): string => text.replace(/\b[ab]\b/g, exchange)

const exchangedFor = (machine: ReturnType<typeof workerMachine>) =>
  renamingOf({ text: exchange, words: exchangeWords, rename: undefined, machines: [machine] })

describe("a renamed snapshot", () => {
  it("takes the same steps as the one that was renamed, in the machine of its new owner", () => {
    const [a, b] = [machineStepper(workerMachine("a")), machineStepper(workerMachine("b"))]
    const rename = exchangedFor(b.machine)
    let [one] = a.initial(undefined)
    let other = rename(one)
    for (const event of [
      { type: "help", from: "a" },
      { type: "help", from: "c" },
      { type: "halt" },
      { type: "resume" },
      { type: "end" }
    ] as const) {
      const [next, actions] = a.step(one, event)
      const [nextOther, actionsOther] = b.step(other, rename(event))
      expect(canonicalText(nextOther, "b")).toBe(canonicalText(rename(next), "b"))
      expect(actionsOther).toEqual(rename(actions))
      expect(nextOther.machine).toBe(b.machine)
      one = next
      other = rename(next)
    }
    expect(one.value).toEqual({ work: { running: "helped" }, life: "off" })
    expect(other.matches({ life: "off" })).toBe(true)
  })

  it("is the same object where no name stands in it", () => {
    const { machine, initial } = machineStepper(workerMachine("c"))
    const [snapshot] = initial(undefined)
    expect(exchangedFor(machine)(snapshot)).toBe(snapshot)
  })

  it("lets a system of machines be reduced that each know their name", () => {
    const names = ["a", "b", "c"]
    const workers = names.map((name) =>
      machineComponent({
        name,
        machine: workerMachine(name),
        internal: ({ value: { life } }) =>
          life === "on" ? [{ type: "halt" as const }, { type: "resume" as const }, { type: "end" as const }] : [],
        effects: ({ params: { to } }) => [{ _tag: "Send", channel: to, message: help(name) }]
      })
    )
    const of = system({
      name: "workers",
      components: workers,
      channels: names.map((name) => ({ name, kind: "bag", to: name, capacity: 2 })),
      initially: names.map((component) => ({ _tag: "Start", component, input: undefined })),
      stimuli: names.map((name) => ({
        name: `ask ${name}`,
        times: 1,
        effects: names.flatMap((from) =>
          from === name ? [] : [{ _tag: "Send", channel: name, message: help(from) } as const]
        )
      })),
      bounds: {
        "two are asked at most": (view) => workers.filter((worker) => view.messages(worker).length > 0).length < 2
      },
      symmetric: [names]
    })
    const properties = [
      sometimes("one has been halted after it was helped", (view) =>
        workers.some((worker) => {
          const snapshot = view.of(worker)
          return snapshot?.context.last !== null && snapshot?.matches({ work: "halted" })
        })
      ),
      terminal("nobody is on", (view) => workers.every((worker) => view.of(worker)?.matches({ life: "off" })))
    ]
    const whole = check(of, properties, { symmetry: false })
    const reduced = check(of, properties)
    expect(reduced).toMatchObject({ holds: whole.holds, depth: whole.depth, isComplete: true })
    expect(reduced.states).toBeLessThan(whole.states / 4)
    expect(reduced.states).toBeGreaterThanOrEqual(whole.states / 6)
  })
})

const help = (from: string): Message & { readonly from: string } => ({ type: "help", from })
