/** What the compiler makes of a `keyBy`: the key, or what is wrong with it. */
import { type KeySelector, makeKeySelector } from "../operator/keySelector.ts"
import { fieldSchema } from "../operator/keys.ts"
import { keyKindOf } from "../state/keyKind.ts"
import type { AnySchema, LogicalOperator } from "./Graph.ts"

type KeyByOperator = Extract<LogicalOperator, { readonly _tag: "KeyBy" }>

/** As the user has written it. */
export const keyByText = ({ of }: KeyByOperator): string => (of._tag === "Field" ? `keyBy("${of.field}")` : "keyBy")

export const keyByOperator = (
  operator: KeyByOperator,
  { maker, record, uid }: { readonly uid: string; readonly record: AnySchema; readonly maker: string }
): { readonly key: KeySelector | null; readonly problems: ReadonlyArray<string> } => {
  const { of } = operator
  const shown = keyByText(operator)
  const schema = operator.schema ?? (of._tag === "Field" ? fieldSchema(record, of.field) : null)
  if (schema === null) {
    const problem =
      `${shown} cannot tell the schema of its key from the schema of the records of "${maker}"; ` +
      "use keyBy(function, keySchema)."
    return { key: null, problems: [problem] }
  }
  const kind = keyKindOf(schema)
  if (kind !== null) return { key: makeKeySelector({ uid, of, schema, kind }), problems: [] }
  return { key: null, problems: [`${shown} mixes tuples with other keys; make every key a tuple, or none.`] }
}
