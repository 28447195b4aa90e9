import { openSync, writeSync } from "node:fs"
import type { Inspection, Inspector } from "@tidemark/core"

/** Appends every fact to a file at once, so that a killed process leaves all that it has told. */
export const recordInto = (path: string): Inspector => {
  const file = openSync(path, "a")
  return (inspection: Inspection) => {
    writeSync(file, `${JSON.stringify(inspection)}\n`)
  }
}
