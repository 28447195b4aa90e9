/** Turns every record into another. */
import type { Erased } from "./erase.ts"
import type { OperatorStep } from "./OperatorStep.ts"

export const mapStep = (uid: string, f: Erased<unknown>): OperatorStep => ({
  uid,
  kind: "map",
  description: "map",
  states: [],
  emit: (code, record, next) => {
    const value = code.name("value")
    return `const ${value} = ${code.bind("map", f)}(${record.value})
${next({ ...record, value })}`
  },
  interpret: (_context, next) => ({
    record: (value, timestamp, key, group) => next(f(value), timestamp, key, group)
  })
})
