import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Lends a directory that is removed afterwards. */
export const withTemporaryDirectory = async <A>(use: (directory: string) => Promise<A>): Promise<A> => {
  const directory = await mkdtemp(join(tmpdir(), "tidemark-bench-"))
  try {
    return await use(directory)
  } finally {
    await rm(directory, { recursive: true })
  }
}
