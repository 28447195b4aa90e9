/** Distinct numbers, the smallest first. Cost: O(log n) per change. */
export class NumberHeap {
  private readonly items: Array<number> = []
  private readonly members = new Set<number>()

  constructor(numbers: Iterable<number>) {
    for (const number of numbers) this.push(number)
  }

  first(): number | undefined {
    return this.items[0]
  }

  /** Adding what is there changes nothing. */
  push(number: number): void {
    if (this.members.has(number)) return
    this.members.add(number)
    let at = this.items.push(number) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (this.at(parent) <= number) break
      this.items[at] = this.at(parent)
      at = parent
    }
    this.items[at] = number
  }

  /** Removes the smallest. */
  pop(): void {
    const first = this.items[0]
    const last = this.items.pop()
    if (first === undefined || last === undefined) return
    this.members.delete(first)
    if (this.items.length > 0) this.sink(last)
  }

  /** Puts a number in the place of the smallest. */
  private sink(number: number): void {
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      const child = this.at(left + 1) < this.at(left) ? left + 1 : left
      if (this.at(child) >= number) break
      this.items[at] = this.at(child)
      at = child
    }
    this.items[at] = number
  }

  /** Beyond the end everything is infinite. */
  private at(index: number): number {
    return this.items[index] ?? Number.POSITIVE_INFINITY
  }
}
