import type { KeyValue } from "../model/keyGroups.ts"

/** The key whose state the handles of an operator show. HOT: moved before each record. */
export class KeyCursor {
  key: KeyValue = ""
  group = 0

  seek(key: KeyValue, group: number): void {
    this.key = key
    this.group = group
  }
}
