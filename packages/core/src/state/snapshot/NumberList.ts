/** HOT while a checkpoint is written. Numbers that are gathered, encoded and forgotten again; the memory is used again. */
export class NumberList {
  values = new Float64Array(64)
  length = 0

  push(value: number): void {
    if (this.length === this.values.length) this.reserve(1)
    this.values[this.length++] = value
  }

  append(values: Float64Array | Int32Array): void {
    this.reserve(values.length)
    this.values.set(values, this.length)
    this.length += values.length
  }

  /** Room for more numbers, to be written from a place on; `length` is to tell how many came. */
  extend(count: number): { readonly values: Float64Array; readonly from: number } {
    this.reserve(count)
    return { values: this.values, from: this.length }
  }

  clear(): void {
    this.length = 0
  }

  private reserve(count: number): void {
    const needed = this.length + count
    if (needed <= this.values.length) return
    const grown = new Float64Array(Math.max(needed, this.values.length * 2))
    grown.set(this.values.subarray(0, this.length))
    this.values = grown
  }
}
