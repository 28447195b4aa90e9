/** A process function over lists in one subtask. HOT per record. P2 and P3: see Emitter.ts. */
import { Effect } from "effect"
import { invariant } from "../../model/invariant.ts"
import type { KeyValue } from "../../model/keyGroups.ts"
import { minWatermark, type Timestamp } from "../../model/time.ts"
import { jsonItems } from "../../state/jsonItems.ts"
import { KeyCursor } from "../../state/KeyCursor.ts"
import type { OperatorList } from "../../state/OperatorList.ts"
import { OperatorListState } from "../../state/OperatorListState.ts"
import type { ChainLists, RestoredItems } from "../ChainHooks.ts"
import type { Collector, SideCollector } from "../OperatorStep.ts"
import { Emitter, refusePromise } from "./Emitter.ts"
import type { AnyListContext, ListFunctions, Lists } from "./ListProcess.ts"

export interface ListParts {
  readonly uid: string
  readonly functions: ListFunctions
  readonly lists: Lists
  readonly sides: ReadonlyMap<string, SideCollector>
  readonly emit: Collector
}

export class ListInstance implements ChainLists {
  readonly context: AnyListContext
  readonly #parts: ListParts
  readonly #at = new KeyCursor()
  readonly #emitter: Emitter
  readonly #lists: ReadonlyMap<string, OperatorListState<unknown>>
  #watermark: Timestamp = minWatermark

  constructor(parts: ListParts) {
    this.#parts = parts
    this.#emitter = new Emitter({ ...parts, at: this.#at })
    this.#lists = new Map(Object.values(parts.lists).map(({ name }) => [name, new OperatorListState<unknown>()]))
    this.context = this.#makeContext()
  }

  enter(timestamp: Timestamp, key: KeyValue, group: number, watermark: Timestamp): void {
    this.#at.seek(key, group)
    this.#watermark = watermark
    this.#emitter.timestamp = timestamp
    this.#emitter.isActive = true
  }

  leave(): void {
    this.#emitter.isActive = false
  }

  end(watermark: Timestamp): void {
    const { onEnd } = this.#parts.functions
    if (onEnd === null) return
    this.enter(minWatermark, "", 0, watermark)
    refusePromise(onEnd(this.context))
    this.leave()
  }

  lists(): ReadonlyArray<OperatorList> {
    const { uid } = this.#parts
    return Object.values(this.#parts.lists).map(({ item, name }) => ({
      ...{ operator: uid, name },
      items: this.#list(name)
        .get()
        .map(jsonItems(item, { operator: uid, name }).encode)
    }))
  }

  readonly restore = Effect.fnUntraced(function* (this: ListInstance, itemsOf: RestoredItems) {
    const { lists, uid } = this.#parts
    for (const { item, name } of Object.values(lists)) {
      const of = { operator: uid, name }
      this.#list(name).set(yield* Effect.forEach(itemsOf(of), jsonItems(item, of).decode))
    }
  })

  #list(name: string): OperatorListState<unknown> {
    const list = this.#lists.get(name)
    invariant(list !== undefined, "a step uses only the lists that it declares", name)
    return list
  }

  #makeContext(): AnyListContext {
    const instance = this
    const handles = Object.fromEntries(
      Object.entries(this.#parts.lists).map(([field, { name }]) => [field, this.#list(name)] as const)
    )
    return {
      get timestamp() {
        return instance.#emitter.timestamp
      },
      get watermark() {
        return instance.#watermark
      },
      get lists() {
        instance.#emitter.check()
        return handles
      },
      emit: this.#emitter.emit
    }
  }
}
