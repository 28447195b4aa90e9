import { readFileSync, writeFileSync } from "node:fs"
import { checkConfiguration } from "./configurations/Configuration.ts"
import { deltas } from "./configurations/deltas.ts"

const path = new URL("./configurations/deltas.ts", import.meta.url)
let text = readFileSync(path, "utf8")
for (const found of deltas) {
  const r = checkConfiguration(found)
  console.log(
    found.config.name,
    r.states,
    r.edges,
    r.seconds.toFixed(1),
    r.holds,
    r.warnings,
    r.violations.map((v) => [v.property, v.detail])
  )
  const at = text.indexOf(`name: "${found.config.name}"`)
  const head = text.slice(0, at)
  const tail = text
    .slice(at)
    .replace(/states: \d+/, `states: ${r.states}`)
    .replace(/edges: \d+/, `edges: ${r.edges}`)
  text = head + tail
}
writeFileSync(path, text)
