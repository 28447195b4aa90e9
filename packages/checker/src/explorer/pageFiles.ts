/**
 * The files of the page. In a checkout they are TypeScript, and served without their types; in the package they have
 * been compiled. Only what lies in that folder when the server starts is ever served.
 */
import { readdirSync, readFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { pageHtml } from "./pageHtml.ts"
import { pageStyle } from "./pageStyle.ts"

export interface PageFile {
  readonly type: string
  readonly text: string
}

const folder = new URL("./page/", import.meta.url)

const isSource = import.meta.url.endsWith(".ts")
const ending = isSource ? ".ts" : ".js"

/** By the path under which they are served. */
export const readPageFiles = (): ReadonlyMap<string, PageFile> =>
  new Map([
    ["/", { type: "text/html", text: pageHtml(`/page/main${ending}`) }],
    ["/page/style.css", { type: "text/css", text: pageStyle }],
    ...readdirSync(folder)
      .filter((name) => name.endsWith(ending) && !name.endsWith(".d.ts"))
      .map((name): readonly [string, PageFile] => [
        `/page/${name}`,
        { type: "text/javascript", text: asJavaScript(readFileSync(new URL(name, folder), "utf8")) }
      ])
  ])

const asJavaScript = (text: string): string =>
  isSource ? withoutExperimentalWarning(() => stripTypeScriptTypes(text)) : text

/** Node warns that stripping is experimental: true, known, and nothing that a user of the explorer could do about. */
const withoutExperimentalWarning = (strip: () => string): string => {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return strip()
  } finally {
    process.emitWarning = emitWarning
  }
}
