/** Lets several jobs of one process share the lock of their directory: the first takes it, the last gives it back. */
import type { Holder, StorageFailure, StorageLocked } from "@tidemark/core/storage"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { DirectoryLock } from "./kernelLock.ts"

export const sharedLock = (lock: DirectoryLock): DirectoryLock => {
  const turn = Semaphore.makeUnsafe(1)
  let held: { readonly scope: Scope.Closeable; count: number } | null = null

  const enter = (holder: Holder): Effect.Effect<void, StorageFailure | StorageLocked> =>
    Effect.gen(function* () {
      if (held === null) {
        const scope = yield* Scope.make()
        yield* lock(holder).pipe(
          Scope.provide(scope),
          Effect.onError(() => Scope.close(scope, Exit.void))
        )
        held = { scope, count: 0 }
      }
      held.count++
    })

  const leave: Effect.Effect<void> = Effect.suspend(() => {
    if (held === null) return Effect.void
    held.count--
    if (held.count > 0) return Effect.void
    const { scope } = held
    held = null
    return Scope.close(scope, Exit.void)
  })

  return (holder) => Effect.acquireRelease(turn.withPermits(1)(enter(holder)), () => turn.withPermits(1)(leave))
}
