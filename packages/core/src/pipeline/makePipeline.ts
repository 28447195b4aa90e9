/** The fluent builder: every call answers a new value with a longer graph. Nothing is checked before `compile`. */
import type { Schema } from "effect"
import type { Sink } from "../connector/Sink.ts"
import type { Source } from "../connector/Source.ts"
import type { AggregateResult, AggregateSpec } from "../operator/Aggregate.ts"
import { eraseAsync, eraseFunction, eraseReducer, eraseSink } from "../operator/erase.ts"
import type { Key, KeyField } from "../operator/keys.ts"
import type { AsyncFunction, MapAsyncOptions } from "../operator/mapAsync.ts"
import type { ListProcessDefinition, Lists } from "../operator/process/ListProcess.ts"
import type { ProcessDefinition, States } from "../operator/process/ProcessContext.ts"
import type { Window, WindowResult } from "../operator/Window.ts"
import { endedLine } from "./endedLine.ts"
import { append, type Graph, type LogicalOperator } from "./Graph.ts"
import { listProcessOperator, processOperator } from "./processOperator.ts"
import type {
  EventTimeOptions,
  FitsSink,
  From,
  JoiningStreams,
  KeyedStream,
  PipelineEnd,
  SchemalessStream,
  SchemaOption,
  SourceStream,
  StepOptions,
  Stream,
  WindowedStream,
  WindowOptions
} from "./Stream.ts"

export interface PipelineStart {
  /** Begins with the records of a source. */
  readonly from: From
}

/** Begins a pipeline; its name stands in checkpoints and messages. */
export const makePipeline = (name: string): PipelineStart => ({ from: fromIn(name) })

const fromIn =
  (name: string): From =>
  <A>(uid: string, source: Source<A>) =>
    new TypedStream<A>({ name, source: { uid, source }, operators: [] })

type StepSchema<B> = Partial<SchemaOption<B>>

/** Graphs of the stateless steps, for streams with and without a schema alike. */
const filtered = <A>(graph: Graph, keeps: (value: A) => boolean, options?: StepOptions): Graph =>
  append(graph, { _tag: "Filter", uid: options?.uid ?? null, keeps: eraseFunction(keeps) })

const mapped = <A, B>(graph: Graph, f: (value: A) => B, options?: StepSchema<B>): Graph =>
  append(graph, { _tag: "Map", f: eraseFunction(f), ...stepOptions(options) })

const flatMapped = <A, B>(graph: Graph, f: (value: A) => ReadonlyArray<B>, options?: StepSchema<B>): Graph =>
  append(graph, { _tag: "FlatMap", f: eraseFunction(f), ...stepOptions(options) })

const stepOptions = (options?: StepSchema<unknown>) => ({
  uid: options?.uid ?? null,
  schema: options?.schema ?? null
})

const streamOf = <B>(graph: Graph, options?: StepSchema<B>): Stream<B> | SchemalessStream<B> =>
  options?.schema === undefined ? new BareStream<B>(graph) : new TypedStream<B>(graph)

class TypedStream<A> implements SourceStream<A> {
  readonly #graph: Graph

  constructor(graph: Graph) {
    this.#graph = graph
  }

  eventTime(assign: (value: A) => number | Date, options?: EventTimeOptions): Stream<A> {
    const outOfOrderness = options?.outOfOrderness ?? 0
    const idleAfter = options?.idleAfter ?? null
    return this.#with({ _tag: "EventTime", assign: eraseFunction(assign), outOfOrderness, idleAfter })
  }

  filter<B extends A>(keeps: (value: A) => value is B, options?: StepOptions): Stream<B>
  filter(keeps: (value: A) => boolean, options?: StepOptions): Stream<A>
  filter(keeps: (value: A) => boolean, options?: StepOptions): Stream<A> {
    return new TypedStream<A>(filtered(this.#graph, keeps, options))
  }

  map<B>(f: (value: A) => NoInfer<B>, options: SchemaOption<B>): Stream<B>
  map<B>(f: (value: A) => B, options?: StepOptions): SchemalessStream<B>
  map<B>(f: (value: A) => B, options?: StepSchema<B>): Stream<B> | SchemalessStream<B> {
    return streamOf(mapped(this.#graph, f, options), options)
  }

  flatMap<B>(f: (value: A) => ReadonlyArray<NoInfer<B>>, options: SchemaOption<B>): Stream<B>
  flatMap<B>(f: (value: A) => ReadonlyArray<B>, options?: StepOptions): SchemalessStream<B>
  flatMap<B>(f: (value: A) => ReadonlyArray<B>, options?: StepSchema<B>): Stream<B> | SchemalessStream<B> {
    return streamOf(flatMapped(this.#graph, f, options), options)
  }

  keyBy<F extends KeyField<A>>(field: F): KeyedStream<A, A[F]>
  keyBy<K extends Key>(f: (value: A) => NoInfer<K>, keySchema: Schema.Codec<K, unknown>): KeyedStream<A, K>
  keyBy<K>(key: string | ((value: A) => K), keySchema?: Schema.Codec<K, unknown>): KeyedStream<A, K> {
    return new GroupedStream<A, K>(
      append(this.#graph, {
        _tag: "KeyBy",
        of: typeof key === "string" ? { _tag: "Field", field: key } : { _tag: "Function", f: eraseFunction(key) },
        schema: keySchema ?? null
      })
    )
  }

  union<Bs extends ReadonlyArray<unknown>>(uid: string, ...others: JoiningStreams<A, Bs>): Stream<A> {
    const from = fromIn(this.#graph.name)
    const lines = others.map((other) => TypedStream.#lineOf(other(from)))
    return this.#with({ _tag: "Union", uid, others: lines })
  }

  process<B, L extends Lists>(uid: string, definition: ListProcessDefinition<A, L, B>): Stream<B> {
    return new TypedStream<B>(append(this.#graph, listProcessOperator(uid, definition)))
  }

  mapAsync<B>(uid: string, f: AsyncFunction<A, NoInfer<B>>, options: MapAsyncOptions<A, B>): Stream<B> {
    return new TypedStream<B>(append(this.#graph, { _tag: "MapAsync", uid, ...eraseAsync(f, options) }))
  }

  to<B>(uid: string, sink: Sink<B> & FitsSink<A, B>): PipelineEnd {
    return endedLine(this.#graph, { uid, sink: eraseSink<B>(sink) }, (line) => new TypedStream(line))
  }

  /** Null for what plain JavaScript may answer. */
  static #lineOf(stream: unknown): Graph | null {
    if (typeof stream !== "object" || stream === null) return null
    if (stream instanceof BareStream) return stream.line
    return #graph in stream ? stream.#graph : null
  }

  #with(operator: LogicalOperator): Stream<A> {
    return new TypedStream<A>(append(this.#graph, operator))
  }
}

class BareStream<A> implements SchemalessStream<A> {
  readonly keyBy = {
    schemaMissing: "keyBy needs the schema of the records: pass { schema } to the map or flatMap before"
  } as const
  readonly to = {
    schemaMissing: "a sink needs the schema of the records: pass { schema } to the map or flatMap before"
  } as const
  readonly mapAsync = {
    schemaMissing: "mapAsync needs the schema of the records: pass { schema } to the map or flatMap before"
  } as const
  readonly #graph: Graph

  constructor(graph: Graph) {
    this.#graph = graph
  }

  get line(): Graph {
    return this.#graph
  }

  filter<B extends A>(keeps: (value: A) => value is B, options?: StepOptions): SchemalessStream<B>
  filter(keeps: (value: A) => boolean, options?: StepOptions): SchemalessStream<A>
  filter(keeps: (value: A) => boolean, options?: StepOptions): SchemalessStream<A> {
    return new BareStream<A>(filtered(this.#graph, keeps, options))
  }

  map<B>(f: (value: A) => NoInfer<B>, options: SchemaOption<B>): Stream<B>
  map<B>(f: (value: A) => B, options?: StepOptions): SchemalessStream<B>
  map<B>(f: (value: A) => B, options?: StepSchema<B>): Stream<B> | SchemalessStream<B> {
    return streamOf(mapped(this.#graph, f, options), options)
  }

  flatMap<B>(f: (value: A) => ReadonlyArray<NoInfer<B>>, options: SchemaOption<B>): Stream<B>
  flatMap<B>(f: (value: A) => ReadonlyArray<B>, options?: StepOptions): SchemalessStream<B>
  flatMap<B>(f: (value: A) => ReadonlyArray<B>, options?: StepSchema<B>): Stream<B> | SchemalessStream<B> {
    return streamOf(flatMapped(this.#graph, f, options), options)
  }
}

class GroupedStream<A, K> implements KeyedStream<A, K> {
  readonly #graph: Graph

  constructor(graph: Graph) {
    this.#graph = graph
  }

  reduce(uid: string, f: (left: A, right: A) => A): Stream<A> {
    return new TypedStream<A>(append(this.#graph, { _tag: "Reduce", uid, reduce: eraseReducer(f) }))
  }

  process<B, S extends States>(uid: string, definition: ProcessDefinition<A, K, S, B>): Stream<B> {
    return new TypedStream<B>(append(this.#graph, processOperator(uid, definition)))
  }

  window(window: Window): WindowedStream<A, K> {
    return {
      aggregate: <S extends AggregateSpec<A>, L>(
        uid: string,
        spec: S & AggregateSpec<A>,
        { late }: WindowOptions<A, L> = {}
      ): Stream<WindowResult<K, AggregateResult<S>>> =>
        new TypedStream<WindowResult<K, AggregateResult<S>>>(
          append(this.#graph, { _tag: "WindowAggregate", uid, window, spec, late: late ?? null })
        )
    }
  }
}
