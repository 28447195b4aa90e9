import { afterEach, expect } from "vitest"

const prototypes = [Object.prototype, Array.prototype, Function.prototype, Map.prototype]
const keysOf = () => prototypes.map((prototype) => Reflect.ownKeys(prototype))

/** After every test of the file no prototype has a key that it did not have before. */
export const watchPrototypes = (): void => {
  const before = keysOf()
  afterEach(() => {
    expect(keysOf()).toEqual(before)
    expect("polluted" in {}).toBe(false)
  })
}
