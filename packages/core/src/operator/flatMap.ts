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
const ${length} = ${values}.length
for (let ${index} = 0; ${index} < ${length}; ${index}++) {
const ${value} = ${values}[${index}]
${next({ ...record, value })}
}`
  },
  interpret: (_context, next) => ({
    record: (value, timestamp, key, group) => {
      const values = f(value)
      const length = values.length
      for (let index = 0; index < length; index++) next(values[index], timestamp, key, group)
    }
  })
})
