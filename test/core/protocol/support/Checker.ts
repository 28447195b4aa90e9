/** What must hold of everything that happens in a {@link World}. */
import { expect } from "vitest"
import type { World } from "./World.ts"
import type { Fact } from "./worldParts.ts"

export class Checker {
  readonly #completed = new Set<number>()
  readonly #invalidated = new Set<number>()
  readonly #recorded = new Set<number>()
  readonly #lastBarrier = new Map<string, number>()
  #lastTriggered = 0
  #restored = 0

  hear(world: World, fact: Fact): void {
    switch (fact._tag) {
      case "Triggered":
        expect(fact.id, "S6 ids strictly increase").toBeGreaterThan(this.#lastTriggered)
        this.#lastTriggered = fact.id
        return
      case "Recorded":
        this.#checkCut(world, fact)
        return
      case "Completed":
        expect(this.#recorded, "S7 completed means recorded").toContain(fact.id)
        expect(this.#invalidated, "S11 S12 never both").not.toContain(fact.id)
        this.#completed.add(fact.id)
        return
      case "Invalidated":
        expect(this.#completed, "S11 S12 never both").not.toContain(fact.id)
        expect(this.#recorded, "S14 what stands in the log is not invalidated").not.toContain(fact.id)
        this.#invalidated.add(fact.id)
        return
      case "Released":
        this.#checkReleased(world, fact.objects)
        return
      case "BarrierSent": {
        const key = `${fact.term} ${fact.channel}`
        expect(fact.id, "S15 barriers in increasing order, each once").toBeGreaterThan(this.#lastBarrier.get(key) ?? 0)
        this.#lastBarrier.set(key, fact.id)
        return
      }
      case "Committed":
        expect(Math.max(0, ...this.#recorded), "S5 committed means recorded").toBeGreaterThanOrEqual(fact.upTo)
        for (const transaction of fact.transactions) {
          expect(idOf(transaction), "S5 covered by the completed checkpoint").toBeLessThanOrEqual(fact.upTo)
        }
        return
      case "Restored":
        expect(fact.id, "S9 the latest one").toBe(Math.max(0, ...this.#recorded))
        for (const transaction of world.committed) {
          expect(idOf(transaction), "S5 nothing visible is newer").toBeLessThanOrEqual(fact.id)
        }
        for (const { transaction } of fact.prepared) {
          expect(world.transactions.has(transaction), "S19 S20 what the checkpoint holds is still there").toBe(true)
        }
        this.#restored++
        return
      case "Retired":
        expect(fact.id, "the newest is kept").toBeLessThan(Math.max(...this.#recorded))
        return
    }
  }

  afterStep(world: World): void {
    const { pending, policy, terminal } = world.coordinator.state.owner.context
    const pendingMax = policy.concurrentMax + (terminal?.id === null ? 0 : 1)
    if (pending.length > pendingMax) throw new Error(`S11 ${pending} are pending`)
  }

  get restarts(): number {
    return this.#restored - 1
  }

  get invalidations(): number {
    return this.#invalidated.size
  }

  /** S3, S4: all have acknowledged, and what one received is what the others had sent. */
  #checkCut(world: World, { id, acknowledged }: Extract<Fact, { readonly _tag: "Recorded" }>): void {
    this.#recorded.add(id)
    const seen = new Map(
      acknowledged.map(({ subtask, handle }) => {
        const snapshot = world.objects.get(handle.object)
        expect(snapshot, "S8 S13 its state is there").toBeDefined()
        return [subtask, snapshot?.seen ?? []]
      })
    )
    expect([...seen.keys()].sort(), "S3").toEqual(["join#0", "sink#0", "source#0", "source#1"])
    const sent = [...(seen.get("source#0") ?? []), ...(seen.get("source#1") ?? [])].sort()
    expect([...(seen.get("join#0") ?? [])].sort(), "S4 S16 S17").toEqual(sent)
    expect(seen.get("sink#0"), "S4 S16 S17").toEqual(seen.get("join#0"))
  }

  #checkReleased(world: World, objects: ReadonlyArray<string>): void {
    const named = world.log.flatMap(({ acknowledged }) => acknowledged.map(({ handle }) => handle.object))
    expect(
      objects.filter((object) => named.includes(object)),
      "S13 S14 nothing that stands is released"
    ).toEqual([])
  }
}

const idOf = (transaction: string): number => Number(transaction.split("/")[1])
