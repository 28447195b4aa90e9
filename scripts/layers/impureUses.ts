/**
 * Finds what a pure module must not touch: the clock, randomness, timers, the process, the console, running effects.
 *
 * Times and ids come in as arguments there. `new Date(ms)`, `Date.UTC` and `Date.parse` only compute and are allowed.
 * A name that the file itself declares (`const process = ...`) is not the global.
 */
import { childrenOf, identifierName, isNode, memberName, type SyntaxNode } from "./syntax.ts"

export interface Use {
  readonly name: string
  readonly line: number
}

const impureGlobals: ReadonlySet<string> = new Set([
  "performance",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "process",
  "console",
  "crypto",
  "globalThis"
])
const pureDateMembers: ReadonlySet<string> = new Set(["UTC", "parse", "prototype"])

/** Wrappers that TypeScript puts around an expression; every other `TS...` node is a type and has no effect. */
const expressionWrappers: ReadonlySet<string> = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSInstantiationExpression"
])

/** Lists the impure uses in source order. `lineOf` turns an offset into a line. */
export const impureUsesOf = (program: SyntaxNode, lineOf: (offset: number) => number): ReadonlyArray<Use> => {
  const declared = new Set<string>()
  const effectNames = new Set<string>()
  const uses: Array<Use> = []
  const report = (name: string, node: SyntaxNode): void => {
    uses.push({ name, line: lineOf(node.start) })
  }
  collectDeclared(program, declared)
  for (const node of importsOf(program)) collectEffectNames(node, effectNames, report)
  const visit = (node: SyntaxNode, parent: SyntaxNode, field: string): void => {
    const name = impureName(node, parent, field, { declared, effectNames })
    if (name !== undefined) report(name, node)
    for (const { field: at, child } of childrenOf(node)) if (!isType(child)) visit(child, node, at)
  }
  for (const { field, child } of childrenOf(program)) if (!isType(child)) visit(child, program, field)
  return uses
}

const isType = (node: SyntaxNode): boolean => node.type.startsWith("TS") && !expressionWrappers.has(node.type)

const importsOf = (program: SyntaxNode): ReadonlyArray<SyntaxNode> =>
  childrenOf(program).flatMap(({ child }) => (child.type === "ImportDeclaration" ? [child] : []))

const collectEffectNames = (
  node: SyntaxNode,
  effectNames: Set<string>,
  report: (name: string, node: SyntaxNode) => void
): void => {
  const from = isNode(node.source) ? node.source.value : undefined
  for (const { child } of childrenOf(node)) {
    const local = identifierName(child.local)
    const imported = identifierName(child.imported)
    if (local === undefined) continue
    if (from === "effect" && imported === "Effect") effectNames.add(local)
    if (from === "effect/Effect" && child.type === "ImportNamespaceSpecifier") effectNames.add(local)
    if (from === "effect/Effect" && imported?.startsWith("run")) report(`Effect.${imported}`, child)
  }
}

const impureName = (
  node: SyntaxNode,
  parent: SyntaxNode,
  field: string,
  known: { readonly declared: ReadonlySet<string>; readonly effectNames: ReadonlySet<string> }
): string | undefined => {
  const name = identifierName(node)
  if (name === undefined || !isReference(parent, field)) return undefined
  const member = parent.type === "MemberExpression" && field === "object" ? memberName(parent) : undefined
  if (known.effectNames.has(name)) return member?.startsWith("run") ? `Effect.${member}` : undefined
  if (known.declared.has(name)) return undefined
  if (name === "Math") return member === undefined || member === "random" ? "Math.random" : undefined
  if (name === "Date") return isPureDate(parent, field, member) ? undefined : "Date"
  return impureGlobals.has(name) ? name : undefined
}

const isPureDate = (parent: SyntaxNode, field: string, member: string | undefined): boolean => {
  if (member !== undefined) return pureDateMembers.has(member)
  if (parent.type === "BinaryExpression") return parent.operator === "instanceof"
  const hasArguments = Array.isArray(parent.arguments) && parent.arguments.length > 0
  return parent.type === "NewExpression" && field === "callee" && hasArguments
}

/** Tells an identifier that reads a variable from one that only names a property, a label or an export. */
const isReference = (parent: SyntaxNode, field: string): boolean => {
  if (parent.type === "MemberExpression") return field === "object" || parent.computed === true
  if (parent.type.startsWith("Export") || parent.type.startsWith("Import")) return field !== "exported"
  if (field === "key") return parent.computed === true
  return field !== "label"
}

const collectDeclared = (node: SyntaxNode, declared: Set<string>): void => {
  if (node.type === "VariableDeclarator" || node.type.startsWith("Function")) collectBound(node.id, declared)
  if (node.type.startsWith("Import")) collectBound(node.local, declared)
  if (Array.isArray(node.params)) for (const parameter of node.params) collectBound(parameter, declared)
  for (const { child } of childrenOf(node)) collectDeclared(child, declared)
}

/** Collects the names that a binding pattern declares. Default values are left out: they are uses. */
const collectBound = (pattern: unknown, declared: Set<string>): void => {
  if (!isNode(pattern)) return
  const name = identifierName(pattern)
  if (name !== undefined) declared.add(name)
  for (const { field, child } of childrenOf(pattern)) {
    if (
      field === "elements" ||
      field === "properties" ||
      field === "value" ||
      field === "argument" ||
      field === "left"
    ) {
      collectBound(child, declared)
    }
  }
}
