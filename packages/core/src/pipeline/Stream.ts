/**
 * The types of the fluent builder. What a stream offers next depends on what is known of its records: without a schema
 * they cannot be keyed, stored or written, and the compiler says so.
 */
import type { Duration, Schema } from "effect"
import type { Sink } from "../connector/Sink.ts"
import type { Source } from "../connector/Source.ts"
import type { AggregateResult, AggregateSpec } from "../operator/Aggregate.ts"
import type { Key, KeyField } from "../operator/keys.ts"
import type { AsyncFunction, MapAsyncOptions } from "../operator/mapAsync.ts"
import type { ListProcessDefinition, Lists } from "../operator/process/ListProcess.ts"
import type { ProcessDefinition, States } from "../operator/process/ProcessContext.ts"
import type { FitsSide, IgnoredSide, SideOutput } from "../operator/SideOutput.ts"
import type { Window, WindowResult } from "../operator/Window.ts"
import type { Pipeline } from "./Graph.ts"

export interface StepOptions {
  /** The operator's name in messages; `map-3` and the like by default. */
  readonly uid?: string
}

export interface SchemaOption<B> extends StepOptions {
  /** Needed before the records are keyed, stored or written. */
  readonly schema: Schema.Codec<B, unknown>
}

/** Records of type A whose schema is known. */
export interface Stream<A> {
  /** Keeps the records for which the predicate holds. */
  filter<B extends A>(keeps: (value: A) => value is B, options?: StepOptions): Stream<B>
  filter(keeps: (value: A) => boolean, options?: StepOptions): Stream<A>
  /** Turns every record into another. */
  map<B>(f: (value: A) => NoInfer<B>, options: SchemaOption<B>): Stream<B>
  map<B>(f: (value: A) => B, options?: StepOptions): SchemalessStream<B>
  /** Turns every record into any number of others, in order. */
  flatMap<B>(f: (value: A) => ReadonlyArray<NoInfer<B>>, options: SchemaOption<B>): Stream<B>
  flatMap<B>(f: (value: A) => ReadonlyArray<B>, options?: StepOptions): SchemalessStream<B>
  /**
   * Brings the records of a key together, in one subtask. Keys are strings, booleans, bigints, whole numbers other than
   * -0, branded forms and tuples of these. Fails: a record whose key is none of them fails the job.
   */
  keyBy<F extends KeyField<A>>(field: F): KeyedStream<A, A[F]>
  keyBy<K extends Key>(f: (value: A) => NoInfer<K>, keySchema: Schema.Codec<K, unknown>): KeyedStream<A, K>
  /**
   * Brings the records of this stream and of others together, in no order between them; each has a source of its own, its
   * own event time and operators. The time of the union is that of the stream that is furthest behind. The schema is this
   * stream's. Fails: at build, for a function that answers no stream.
   */
  union<Bs extends ReadonlyArray<unknown>>(uid: string, ...others: JoiningStreams<A, Bs>): Stream<A>
  /**
   * Works on the records with functions of your own, over lists that belong to the operator and are dealt out anew at another
   * parallelism. For state by key use `keyBy(…).process(…)`.
   */
  process<B, L extends Lists>(uid: string, definition: ListProcessDefinition<A, L, B>): Stream<B>
  /**
   * Turns every record into another by asynchronous work: the function answers a promise or an Effect. Records in work are
   * part of every checkpoint and worked on again after a restore, so let the work be idempotent. Fails: a call that fails
   * fails the job, once its retries are used up.
   */
  mapAsync<B>(uid: string, f: AsyncFunction<A, NoInfer<B>>, options: MapAsyncOptions<A, B>): Stream<B>
  /** Ends the line in a sink whose schema the records fit. */
  to<B>(uid: string, sink: Sink<B> & FitsSink<A, B>): PipelineEnd
}

/** Begins a line with the records of a source. */
export type From = <A>(uid: string, source: Source<A>) => SourceStream<A>

/** What makes the streams that join a union of records A. */
export type JoiningStreams<A, Bs extends ReadonlyArray<unknown>> = {
  readonly [I in keyof Bs]: (from: From) => Stream<Bs[I]> & FitsUnion<A, Bs[I]>
}

/** Accepts every stream whose records are A; else names what does not fit. */
export type FitsUnion<A, B> = [B] extends [A]
  ? unknown
  : { readonly "the records do not fit the first stream of the union": { readonly union: A; readonly records: B } }

/** A pipeline, to which what follows its side outputs may be added. */
export interface PipelineEnd extends Pipeline {
  /**
   * Goes on with the records of a side output, to a sink of their own; or drops them, by `SideOutput.ignore`. Every side
   * output that an operator declares has to be gone on with, once. Fails: at build.
   */
  side<A>(side: SideOutput<A>, then: ((stream: Stream<A>) => Pipeline) | IgnoredSide): PipelineEnd
}

/** A stream right after its source, where event time can be assigned. */
export interface SourceStream<A> extends Stream<A> {
  /**
   * Says when a record happened, in epoch milliseconds (whole ones; fractions are cut) or as a `Date`. Records may be late by `outOfOrderness` (zero by
   * default) against the newest of their split. Fails: a time that is none fails the job.
   */
  eventTime(assign: (value: A) => number | Date, options?: EventTimeOptions): Stream<A>
}

export interface EventTimeOptions {
  readonly outOfOrderness?: Duration.Input
  /**
   * A split of an unbounded source without records for so long is left out of the watermark until it has some again; if all
   * are, the watermark stays where it is. Records of a split that comes back may be late. Never if left out.
   */
  readonly idleAfter?: Duration.Input
}

/** Records of a type whose schema nobody has told: only stateless steps may follow. */
export interface SchemalessStream<A> {
  filter<B extends A>(keeps: (value: A) => value is B, options?: StepOptions): SchemalessStream<B>
  filter(keeps: (value: A) => boolean, options?: StepOptions): SchemalessStream<A>
  map<B>(f: (value: A) => NoInfer<B>, options: SchemaOption<B>): Stream<B>
  map<B>(f: (value: A) => B, options?: StepOptions): SchemalessStream<B>
  flatMap<B>(f: (value: A) => ReadonlyArray<NoInfer<B>>, options: SchemaOption<B>): Stream<B>
  flatMap<B>(f: (value: A) => ReadonlyArray<B>, options?: StepOptions): SchemalessStream<B>
  readonly keyBy: SchemaMissing<"keyBy needs the schema of the records: pass { schema } to the map or flatMap before">
  readonly to: SchemaMissing<"a sink needs the schema of the records: pass { schema } to the map or flatMap before">
  readonly mapAsync: SchemaMissing<"mapAsync needs the schema of the records: pass { schema } to the map or flatMap before">
}

/** Stands where a method would, if the schema of the records were known. */
export interface SchemaMissing<Advice extends string> {
  readonly schemaMissing: Advice
}

/** Accepts every sink whose schema takes the records; else names what does not fit. */
export type FitsSink<A, B> = [A] extends [B]
  ? unknown
  : { readonly "the records do not fit the schema of the sink": { readonly records: A; readonly sink: B } }

/** Records of type A by key of type K. */
export interface KeyedStream<A, K> {
  /** Combines every record with what its key has come to, and emits the new value of the key for every record. */
  reduce(uid: string, f: (left: A, right: A) => A): Stream<A>
  window(window: Window): WindowedStream<A, K>
  /** Works on the records of a key with functions of your own, over state and timers. */
  process<B, S extends States = Record<never, never>>(uid: string, definition: ProcessDefinition<A, K, S, B>): Stream<B>
}

/** Records of type A by key and window. */
export interface WindowedStream<A, K> {
  /** Emits one result per key and window, when the watermark has passed the window's end. */
  aggregate<S extends AggregateSpec<A>, L = A>(
    uid: string,
    spec: S & AggregateSpec<A>,
    options?: WindowOptions<A, L>
  ): Stream<WindowResult<K, AggregateResult<S>>>
}

export interface WindowOptions<A, L> {
  /** Where records go that come after all their windows have fired; they are dropped if left out, and counted either way. */
  readonly late?: SideOutput<L> & FitsSide<A, L>
}
