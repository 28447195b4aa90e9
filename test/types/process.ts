/** What the types of `process` and `mapAsync` let through and what they stop; compiled by `tsc`, never run. */
import { type Pipeline, Pipeline as Pipelines, type ProcessContext, State } from "@tidemark/core"
import type { Sink, Source } from "@tidemark/core/connector"
import { Effect, Schedule, Schema } from "effect"
import { SideOutput } from "../../packages/core/src/operator/SideOutput.ts"

const Click = Schema.Struct({ user: Schema.String, at: Schema.Number, tags: Schema.Array(Schema.String) })
type Click = typeof Click.Type
const Session = Schema.Struct({ user: Schema.String, clicks: Schema.Int })
type Session = typeof Session.Type
const Alarm = Schema.Struct({ text: Schema.String })

declare const clicks: Source<Click>
declare const sessions: Sink<Session>
declare const alarms: Sink<typeof Alarm.Type>

const stream = Pipelines.make("clicks")
  .from("clicks", clicks)
  .eventTime(({ at }) => at)
const byUser = stream.keyBy("user")
const alarm = SideOutput.make("alarm", Alarm)

// States, keys and results have their types, and the sink takes what the schema says.
export const whole: Pipeline = byUser
  .process("sessions", {
    schema: Session,
    states: {
      open: State.value("open", Session),
      seen: State.list("seen", Schema.Number),
      tags: State.map("tags", Schema.String, Schema.Int),
      most: State.reducing("most", Schema.Number, Math.max),
      mean: State.aggregating("mean", Schema.Array(Schema.Number), {
        create: () => [],
        add: (all, value: number) => [...all, value],
        result: (all) => `${all.length}`
      })
    },
    sides: [alarm],
    onElement: (click, { emit, key, states, timers, timestamp }) => {
      const user: string = key
      const open: Session | undefined = states.open.get()
      const seen: ReadonlyArray<number> = states.seen.get()
      const tag: number | undefined = states.tags.get("a")
      const mean: string | undefined = states.mean.get()
      states.seen.add(click.at)
      states.most.add(seen.length + (tag ?? 0))
      states.mean.add(1)
      timers.eventTime.register(timestamp + 1)
      emit(open ?? { user, clicks: 1 })
      emit.side(alarm, { text: mean ?? "" })
      // @ts-expect-error what is read is not changed
      seen.push(1)
      // @ts-expect-error nor a part of it
      if (open !== undefined) open.clicks = 2
      // @ts-expect-error a session is no number
      states.open.set(1)
      // @ts-expect-error such a state is not declared
      states.closed.get()
      // @ts-expect-error results are sessions
      emit({ user })
      // @ts-expect-error an alarm has a text
      emit.side(alarm, { text: 1 })
      // @ts-expect-error the key is a text
      const wrong: number = key
      return wrong
    },
    onTimer: (timer, context) => {
      const at: number = timer.timestamp
      context.emit({ user: context.key, clicks: at })
    },
    onProcessingTimer: (_, { processingTime, timers }) => timers.processingTime.register(processingTime + 1)
  })
  .to("sessions", sessions)

// A function may be written on its own.
const count = { count: State.value("count", Schema.Int) }
const onElement = (_: Click, { emit, key, states }: ProcessContext<string, typeof count, Session>): void => {
  states.count.update((before = 0) => before + 1)
  emit({ user: key, clicks: states.count.get() ?? 0 })
}
export const apart = byUser.process("apart", { schema: Session, states: count, onElement })

// @ts-expect-error the schema of what is emitted is needed
byUser.process("a", { onElement: () => {} })
// @ts-expect-error so is a function
byUser.process("a", { schema: Session })
// @ts-expect-error everything stateful is named
byUser.process({ schema: Session, onElement: () => {} })
// @ts-expect-error without a key there are lists
stream.process("a", { schema: Session, states: { open: State.value("open", Session) }, onElement: () => {} })
// @ts-expect-error a schema is no state
byUser.process("a", { schema: Session, states: { open: Session }, onElement: () => {} })
// @ts-expect-error sessions are no alarms
byUser.process("a", { schema: Session, onElement: () => {} }).to("out", alarms)
// @ts-expect-error onElement is for other records
byUser.process("a", { schema: Session, onElement: (click: { readonly price: number }) => click.price })

// Lists of an operator, without a key.
export const listed: Pipeline = stream
  .process("pairs", {
    schema: Session,
    lists: { waiting: State.operatorList("waiting", Click) },
    onElement: (click, { emit, lists, timestamp }) => {
      const waiting: ReadonlyArray<Click> = lists.waiting.get()
      lists.waiting.add(click)
      emit({ user: click.user, clicks: waiting.length + timestamp })
      // @ts-expect-error a list of clicks
      lists.waiting.add(1)
    },
    onEnd: ({ lists }) => lists.waiting.clear()
  })
  .to("sessions", sessions)
// @ts-expect-error a state by key needs a key
stream.process("a", { schema: Session, lists: { open: State.value("open", Session) }, onElement: () => {} })
// @ts-expect-error nor is there a list by key
byUser.process("a", { schema: Session, states: { all: State.operatorList("all", Click) }, onElement: () => {} })

// Promises and Effects.
const retry = Schedule.exponential("100 millis").pipe(Schedule.upTo({ times: 3 }))
export const promised: Pipeline = stream
  .mapAsync("a", async ({ user }, { signal }) => ({ user, clicks: signal.aborted ? 0 : 1 }), { schema: Session })
  .to("out", sessions)
export const effects: Pipeline = stream
  .mapAsync("a", ({ user }) => Effect.succeed({ user, clicks: 1 }), {
    ...{ schema: Session, order: "unordered", capacity: 10, timeout: "5 seconds", retry },
    onTimeout: ({ user }) => ({ user, clicks: 0 })
  })
  .to("out", sessions)
export const failing = stream.mapAsync("a", () => Effect.fail("no"), { schema: Session })

// @ts-expect-error the schema of the results is needed
stream.mapAsync("a", async ({ user }) => user, {})
// @ts-expect-error neither promise nor Effect
stream.mapAsync("a", ({ user }) => ({ user, clicks: 1 }), { schema: Session })
// @ts-expect-error a promise of something else
stream.mapAsync("a", async ({ user }) => user, { schema: Session })
// @ts-expect-error an Effect that needs a service
stream.mapAsync("a", () => Effect.scope, { schema: Session })
// @ts-expect-error no such order
stream.mapAsync("a", async ({ user }) => ({ user, clicks: 1 }), { schema: Session, order: "random" })
// @ts-expect-error no unit of time
stream.mapAsync("a", async ({ user }) => ({ user, clicks: 1 }), { schema: Session, timeout: "1 fortnight" })
// @ts-expect-error onTimeout answers a result
stream.mapAsync("a", async ({ user }) => ({ user, clicks: 1 }), { schema: Session, onTimeout: () => 1 })
// @ts-expect-error records in work are stored: their schema is needed
stream.map(({ user }) => user).mapAsync("a", async (user) => ({ user, clicks: 1 }), { schema: Session })
