/** The key of a record, computed inside a chain: what an exchange does in its place, where there is something to distribute. */
import { groupOfKey, type KeySelector } from "./keySelector.ts"
import type { OperatorStep } from "./OperatorStep.ts"

export const keyStep = (key: KeySelector): OperatorStep => ({
  uid: key.uid,
  kind: "key",
  description: `key ${key.description}, in the same task`,
  states: [],
  keyField: key.field,
  emit: (code, record, next) =>
    key.emit(code, { value: record.value, hashing: code.needsGroups ? "true" : "false" }, (name, group) =>
      next({ ...record, key: name, group })
    ),
  interpret: (_context, next) => ({
    record: (value, timestamp) => {
      const selected = key.select(value)
      next(value, timestamp, selected, groupOfKey(selected))
    }
  })
})
