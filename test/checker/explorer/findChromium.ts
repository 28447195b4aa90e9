/** The browser of this machine. */
import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]

/** `CHROMIUM_PATH`, or the first of the usual names on the path; null where there is none. */
export const findChromium = (env: NodeJS.ProcessEnv): string | null => {
  const { CHROMIUM_PATH = "", PATH = "" } = env
  if (CHROMIUM_PATH !== "") return CHROMIUM_PATH
  const candidates = PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  return candidates.find(isExecutable) ?? null
}

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
