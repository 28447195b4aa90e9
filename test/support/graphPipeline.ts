/**
 * A pipeline that is no line: two sources meet in a union, their words are counted per window, and late records go on through a
 * side output to a second sink, counted by word and window as well. What counts: every record is in one of the two, once.
 */
import { Aggregate, Pipeline, SideOutput, type Stream, Window } from "@tidemark/core"
import type { Sink, Source } from "@tidemark/core/connector"
import { Schema } from "effect"
import { Word, WordCount } from "./countJob.ts"

export const Order = Schema.Struct({ item: Schema.String, when: Schema.Number })
type Order = typeof Order.Type

const windowMs = 1_000

/** In order. */
export const webWord = (i: number): Word => ({ word: `word-${(i * 7) % 23}`, at: i * 10 })

/** In order, but for one in 9, which is some windows behind. */
export const shopOrder = (i: number): Order => ({
  item: `word-${(i * 5) % 31}`,
  when: i % 9 === 0 ? Math.max(0, i * 10 - 3_500) : i * 10
})

export const wordOf = ({ item, when }: Order): Word => ({ word: item, at: when })

const late = SideOutput.make("late", Word)

export interface GraphPipelineOptions {
  readonly web: Source<Word>
  readonly shop: Source<Order>
  readonly shown: Sink<WordCount>
  readonly lateShown: Sink<WordCount>
  /** What the job may have been before it grew: only the first source, late records are dropped. */
  readonly isLine?: boolean
  /** Called for every record of both sources; may throw. */
  readonly onRecord?: (word: Word) => void
}

export const graphPipeline = (options: GraphPipelineOptions): Pipeline => {
  const watch = (word: Word): boolean => {
    options.onRecord?.(word)
    return true
  }
  const web = Pipeline.make("graph")
    .from("web", options.web)
    .eventTime(({ at }) => at)
    .filter(watch, { uid: "watch" })
  const counted = (stream: Stream<Word>, sides?: { readonly late: typeof late }) =>
    stream
      .keyBy("word")
      .window(Window.tumbling(windowMs))
      .aggregate("counts", { count: Aggregate.count }, sides)
      .map(({ key, value, window }) => ({ word: key, start: window.start, count: value.count }), { schema: WordCount })
      .to("shown", options.shown)
  if (options.isLine === true) return counted(web)
  const all = web.union("all", (from) =>
    from("shop", options.shop)
      .eventTime(({ when }) => when)
      .map(wordOf, { uid: "order", schema: Word })
      .filter(watch)
  )
  return counted(all, { late }).side(late, (stream) =>
    stream
      .map(({ at, word }) => ({ word, start: windowOf(at), count: 1 }), { schema: WordCount })
      .keyBy(({ start, word }) => [word, start], Schema.Tuple([Schema.String, Schema.Number]))
      .reduce("late-counts", (left, right) => ({ ...right, count: left.count + right.count }))
      .to("late-shown", options.lateShown)
  )
}

export const windowOf = (at: number): number => Math.floor(at / windowMs) * windowMs
