/** What the server and the thread that searches tell each other. */
import type { CheckOptions } from "../search/Report.ts"
import type { SearchResult } from "./documents.ts"

export interface SearchOrder {
  readonly module: string
  readonly system: string
  readonly options: CheckOptions
}

export type SearchNews =
  | { readonly _tag: "Progress"; readonly states: number; readonly edges: number }
  | {
      readonly _tag: "Done"
      readonly states: number
      readonly edges: number
      readonly seconds: number
      readonly result: SearchResult
    }
  | { readonly _tag: "Failed"; readonly problem: string }
