import { dirname } from "node:path"
import { fileURLToPath } from "node:url"

/** The folder of the checkout that this script belongs to. */
export const repositoryRoot = dirname(dirname(fileURLToPath(import.meta.url)))
