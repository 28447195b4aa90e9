/** An explorer that runs in this process, and waits for its searches. */
import { fileURLToPath } from "node:url"
import { afterAll, vi } from "vitest"
import { loadModels } from "../../../packages/checker/src/cli/moduleContract.ts"
import type { SearchDocument } from "../../../packages/checker/src/explorer/documents.ts"
import { type Client, makeClient } from "../../../packages/checker/src/explorer/page/client.ts"
import { type Explorer, startExplorer } from "../../../packages/checker/src/explorer/startExplorer.ts"

/** The systems of `checkout.ts`. */
export const correct = "checkout"
export const mutant = "checkout that forgets"

export const fixture = (name: string): string => fileURLToPath(new URL(`../cli/fixtures/${name}.ts`, import.meta.url))

/** Closed after the tests of the file. */
export const serve = async (name: string): Promise<{ readonly explorer: Explorer; readonly client: Client }> => {
  const module = fixture(name)
  const explorer = await startExplorer({ module, models: await loadModels(module), port: 0 })
  afterAll(() => explorer.close())
  return { explorer, client: makeClient(explorer.url.replace(/\/$/, "")) }
}

/** Starts a search and waits for its end. */
export const searched = async (client: Client, system: string): Promise<SearchDocument> => {
  await client.startSearch(system)
  return vi.waitFor(
    async () => {
      const search = await client.search(system)
      if (search.status === "running") throw new Error("It is still searching.")
      return search
    },
    { timeout: 60_000 }
  )
}
