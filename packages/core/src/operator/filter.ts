/** Keeps the records for which a predicate holds. */
import type { Erased } from "./erase.ts"
import type { OperatorStep } from "./OperatorStep.ts"

export const filterStep = (uid: string, keeps: Erased<boolean>): OperatorStep => ({
  uid,
  kind: "filter",
  description: "filter",
  states: [],
  emit: (code, record, next) => `if (${code.bind("keeps", keeps)}(${record.value})) {
${next(record)}
}`,
  interpret: (_context, next) => ({
    record: (value, timestamp, key, group) => {
      if (keeps(value)) next(value, timestamp, key, group)
    }
  })
})
