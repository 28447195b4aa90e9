/** Turns every record into any number of others, in order. */
import type { Erased } from "./erase.ts"
import type { OperatorStep } from "./OperatorStep.ts"

export const flatMapStep = (uid: string, f: Erased<ReadonlyArray<unknown>>): OperatorStep => ({
  uid,
  kind: "flatMap",
  description: "flatMap",
  states: [],
  emit: (code, record, next) => {
    const values = code.name("values")
    const length = code.name("length")
    const index = code.name("index")
    const value = code.name("value")
    return `const ${values} = ${code.bind("flatMap", f)}(${record.value})
const ${length} = ${code.bind("lengthOf", lengthOf)}(${values})
for (let ${index} = 0; ${index} < ${length}; ${index}++) {
const ${value} = ${values}[${index}]
${next({ ...record, value })}
}`
  },
  interpret: (_context, next) => ({
    record: (value, timestamp, key, group) => {
      const values = f(value)
      const length = lengthOf(values)
      for (let index = 0; index < length; index++) next(values[index], timestamp, key, group)
    }
  })
})

/** Plain JavaScript may answer anything, a promise above all; without this check its records would vanish. */
const lengthOf = (values: ReadonlyArray<unknown>): number => {
  if (Array.isArray(values)) return values.length
  throw new TypeError("flatMap must answer an array; asynchronous functions are not supported")
}
