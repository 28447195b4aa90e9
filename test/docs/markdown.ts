/** Fenced blocks and links of a Markdown page. */

export interface Block {
  /** What stands behind the opening fence: `sh run`, `ts shop-hours.ts`. */
  readonly language: string
  readonly argument: string
  readonly text: string
  /** Of the opening fence, from 1. */
  readonly line: number
}

export const blocksOf = (page: string): ReadonlyArray<Block> => {
  const blocks: Array<Block> = []
  let open: { readonly info: string; readonly line: number; readonly lines: Array<string> } | null = null
  for (const [index, line] of page.split("\n").entries()) {
    if (open === null) {
      if (line.startsWith("```")) open = { info: line.slice(3).trim(), line: index + 1, lines: [] }
    } else if (line === "```") {
      const [language = "", argument = ""] = open.info.split(" ")
      blocks.push({ language, argument, text: open.lines.join("\n"), line: open.line })
      open = null
    } else open.lines.push(line)
  }
  return blocks
}

const withoutBlocks = (page: string): string => page.replace(/^```[\s\S]*?^```$/gm, "")

/** Targets of links into the repository, without anchors. */
export const linksOf = (page: string): ReadonlyArray<string> =>
  [...withoutBlocks(page).matchAll(/\]\(([^)]+)\)/g)]
    .map((match) => match[1]?.replace(/#.*$/, "") ?? "")
    .filter((target) => target !== "" && !target.includes("://"))

/** Paths of the repository that stand in the text as code: `test/core/state`. */
export const pathsOf = (page: string): ReadonlyArray<string> =>
  [...withoutBlocks(page).matchAll(/`((?:packages|test|scripts|docs|core|backends|connectors|cli)\/[\w./-]+)`/g)].map(
    (match) => match[1] ?? ""
  )
