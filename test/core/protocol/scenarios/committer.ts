import { expect } from "vitest"
import type { CommitterEvent, Prepared } from "../../../../packages/core/src/protocol/index.ts"
import { committerMachine, makeStepper } from "../../../../packages/core/src/protocol/index.ts"
import { Driven } from "../support/Driven.ts"
import { scenario } from "../support/Scenario.ts"

const stepper = makeStepper<typeof committerMachine, { readonly _tag: string }>(committerMachine)

const committer = (restored = 0, prepared: ReadonlyArray<Prepared> = []) =>
  new Driven(stepper.step, stepper.initial({ restored, prepared }))

const prepares = (id: number, transaction = `t${id}`): CommitterEvent => ({
  type: "transaction.prepared",
  id,
  transaction
})
const completes = (id: number): CommitterEvent => ({ type: "checkpoint.completed", id })
const commits = (upTo: number): CommitterEvent => ({ type: "transactions.committed", upTo })
const commit = (upTo: number, ...transactions: ReadonlyArray<string>) => ({ _tag: "Commit", upTo, transactions })
const settled = (upTo: number) => ({ _tag: "ToOwner", event: { type: "commits.settled", upTo } })

export const committerScenarios = [
  scenario("with nothing to commit it is settled", () => {
    expect(committer(3).commands).toEqual([settled(3)])
  }),
  scenario("K1 S5 a transaction is committed when its checkpoint completes, not before", () => {
    const it = committer()
    expect(it.send(prepares(1))).toEqual([])
    expect(it.send(completes(1))).toEqual([commit(1, "t1")])
    expect(it.send(commits(1))).toEqual([settled(1)])
    expect(it.state.context).toEqual({ prepared: [], completed: 1, commit: null })
  }),
  scenario("K1 S24 a completion covers all transactions up to it and none beyond", () => {
    const it = committer()
    it.send(prepares(3), prepares(1), prepares(2))
    expect(it.send(completes(2))).toEqual([commit(2, "t1", "t2")])
    it.send(commits(2))
    expect(it.state.context.prepared).toEqual([{ id: 3, transaction: "t3" }])
  }),
  scenario("S24 doubled, late and reordered completions commit nothing twice", () => {
    const it = committer()
    it.send(prepares(1), prepares(2), completes(2))
    expect(it.send(completes(1), completes(2))).toEqual([])
    expect(it.send(commits(2))).toEqual([settled(2)])
    expect(it.send(completes(1))).toEqual([settled(2)])
    expect(it.state.context.completed).toBe(2)
  }),
  scenario("K2 S19 the transaction of an invalidated checkpoint is committed with the next completed one", () => {
    const it = committer()
    it.send(prepares(1), prepares(2))
    expect(it.send(completes(2))).toEqual([commit(2, "t1", "t2")])
  }),
  scenario("K3 S20 after a restore everything that the checkpoint holds is committed at once", () => {
    const prepared = [
      { id: 7, transaction: "t7" },
      { id: 5, transaction: "t5" }
    ]
    const it = committer(7, prepared)
    expect(it.commands).toEqual([commit(7, "t5", "t7")])
    expect(it.send(commits(7))).toEqual([settled(7)])
  }),
  scenario("K3 transactions of several former subtasks may carry the same checkpoint", () => {
    const prepared = [
      { id: 7, transaction: "t7 of a" },
      { id: 7, transaction: "t7 of b" }
    ]
    expect(committer(7, prepared).commands).toEqual([commit(7, "t7 of a", "t7 of b")])
  }),
  scenario("a completion during a commit is committed next", () => {
    const it = committer()
    it.send(prepares(1), prepares(2), completes(1))
    expect(it.send(completes(2))).toEqual([])
    expect(it.send(commits(1))).toEqual([commit(2, "t2")])
    expect(it.send(commits(2))).toEqual([settled(2)])
  }),
  scenario("K4 a transaction prepared during a commit that would cover it is not forgotten", () => {
    const it = committer()
    it.send(prepares(2), completes(2))
    expect(it.send(prepares(1))).toEqual([])
    expect(it.send(commits(2))).toEqual([commit(2, "t1")])
  }),
  scenario("a transaction prepared after its checkpoint was completed is committed at once", () => {
    const it = committer()
    it.send(completes(2))
    expect(it.send(prepares(2))).toEqual([commit(2, "t2")])
  }),
  scenario("K4 S18 a transaction said twice is one transaction", () => {
    const it = committer()
    it.send(prepares(1), prepares(1))
    expect(it.send(completes(1))).toEqual([commit(1, "t1")])
  }),
  scenario("the outcome of another commit changes nothing", () => {
    const it = committer()
    it.send(prepares(1), completes(1))
    expect(it.send(commits(4))).toEqual([])
    expect(it.state.value).toBe("committing")
    it.send(commits(1))
    expect(it.send(commits(1))).toEqual([])
  })
]
