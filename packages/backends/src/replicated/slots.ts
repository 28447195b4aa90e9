/** A set of slots that only grows, kept as ranges: what retention removes lies side by side. */
export type SlotRange = readonly [from: number, to: number]

export class SlotSet {
  /** Disjoint, not adjacent, ascending; both ends belong to a range. */
  #ranges: ReadonlyArray<SlotRange> = []

  static of(ranges: ReadonlyArray<SlotRange>): SlotSet {
    const set = new SlotSet()
    set.addAll(ranges)
    return set
  }

  get ranges(): ReadonlyArray<SlotRange> {
    return this.#ranges
  }

  has(slot: number): boolean {
    return this.#ranges.some(([from, to]) => from <= slot && slot <= to)
  }

  addAll(ranges: ReadonlyArray<SlotRange>): void {
    if (ranges.every(([from, to]) => this.#ranges.some((own) => own[0] <= from && to <= own[1]))) return
    const merged: Array<SlotRange> = []
    for (const [from, to] of [...this.#ranges, ...ranges].sort((a, b) => a[0] - b[0])) {
      const last = merged.at(-1)
      if (last !== undefined && from <= last[1] + 1) merged[merged.length - 1] = [last[0], Math.max(last[1], to)]
      else merged.push([from, to])
    }
    this.#ranges = merged
  }

  /** Whether it holds all slots of the other. */
  covers(other: SlotSet): boolean {
    return other.ranges.every(([from, to]) => this.#ranges.some((own) => own[0] <= from && to <= own[1]))
  }
}
