/** The state objects as a resource: which there are, and which of them are damaged. */

import type { Effect } from "../../../packages/checker/src/system/Effect.ts"
import { type Resource, resource } from "../../../packages/checker/src/system/Resource.ts"
import type { CheckpointId } from "../../../packages/core/src/model/ids.ts"
import { termOfObject } from "../../../packages/core/src/runtime/stateObject.ts"
import type { JobMail, StoreOperation, SubtaskMail } from "./messages.ts"
import { places } from "./names.ts"
import { nameOfObject } from "./snapshots.ts"

export interface StoreState {
  /** Sorted. */
  readonly objects: ReadonlyArray<string>
  /** Sorted. */
  readonly damaged: ReadonlyArray<string>
}

const post = (to: string, message: JobMail | SubtaskMail): Effect => ({ _tag: "Send", channel: to, message })

const without = (store: StoreState, gone: (object: string) => boolean): StoreState => ({
  objects: store.objects.filter((object) => !gone(object)),
  damaged: store.damaged.filter((object) => !gone(object))
})

const isWhole = (store: StoreState, object: string): boolean =>
  store.objects.includes(object) && !store.damaged.includes(object)

const checkpointOf = (object: string): CheckpointId => Number(/-c(\d+)-/.exec(object)?.[1] ?? 0)

/** Bit rot: one object of the newest checkpoint. */
const damage = (store: StoreState): StoreState => {
  const newest = Math.max(0, ...store.objects.map(checkpointOf))
  const hit = store.objects.findLast((object) => checkpointOf(object) === newest)
  return hit === undefined || store.damaged.includes(hit)
    ? store
    : { ...store, damaged: [...store.damaged, hit].sort() }
}

/** `isKept` is false where snapshots are prompt: an object then is there as soon as somebody names it. */
const applyTo =
  (isKept: boolean) =>
  (
    store: StoreState,
    operation: StoreOperation
  ): { readonly state: StoreState; readonly effects: ReadonlyArray<Effect> } => {
    switch (operation.op) {
      case "put": {
        const { id, object, shared, to } = operation
        const persisted: SubtaskMail = { type: "capture.persisted", id, handle: { object, size: 1, shared } }
        return {
          state: { ...store, objects: [...new Set([...store.objects, object])].sort() },
          effects: [post(to, persisted)]
        }
      }
      case "delete":
        return { state: without(store, (object) => operation.objects.includes(object)), effects: [] }
      case "load": {
        const { candidates, of, to } = operation
        const whole = candidates.find(({ objects }) => !isKept || objects.every((object) => isWhole(store, object)))
        const found = whole?.id ?? null
        const corrupt = candidates
          .slice(0, whole === undefined ? undefined : candidates.indexOf(whole))
          .map(({ id }) => id)
        return { state: store, effects: [post(to, { type: "store.loaded", of, found, corrupt })] }
      }
      case "sweep": {
        const { term, named } = operation
        const isOrphan = (object: string) =>
          (termOfObject(nameOfObject(object)) ?? term) < term && !named.includes(object)
        return { state: without(store, isOrphan), effects: [] }
      }
      case "damage":
        return { state: damage(store), effects: [] }
    }
  }

const failed = (operation: StoreOperation): ReadonlyArray<Effect> => {
  switch (operation.op) {
    case "put":
      return [post(operation.to, { type: "capture.failed", id: operation.id })]
    case "load":
      return [post(operation.to, { type: "asked.failed", of: operation.of })]
    default:
      return []
  }
}

export const makeStore = (isKept: boolean): Resource<StoreState, StoreOperation> =>
  resource<StoreState, StoreOperation>({
    name: places.store,
    initial: { objects: [], damaged: [] },
    apply: applyTo(isKept),
    failure: failed
  })
