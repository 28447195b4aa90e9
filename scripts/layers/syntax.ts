/** A syntax tree seen as plain nodes, so that rules can walk it without knowing every node type. */
export interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly [field: string]: unknown
}

export const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string" && "start" in value

/** Lists the direct children of a node in source order of their fields, with the field that holds each. */
export const childrenOf = (node: SyntaxNode): ReadonlyArray<{ readonly field: string; readonly child: SyntaxNode }> =>
  Object.entries(node).flatMap(([field, value]) =>
    (Array.isArray(value) ? value : [value]).filter(isNode).map((child) => ({ field, child }))
  )

/** The name of an identifier, or undefined for every other node. */
export const identifierName = (value: unknown): string | undefined =>
  isNode(value) && value.type === "Identifier" && typeof value.name === "string" ? value.name : undefined

/** The property that a member expression names, also as `object["name"]`. */
export const memberName = (member: SyntaxNode): string | undefined => {
  if (member.computed !== true) return identifierName(member.property)
  return isNode(member.property) && typeof member.property.value === "string" ? member.property.value : undefined
}
