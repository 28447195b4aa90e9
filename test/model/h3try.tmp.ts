import { checkConfiguration } from "./configurations/Configuration.ts"
import { deltas } from "./configurations/deltas.ts"

const only = process.argv.slice(2)
for (const found of deltas) {
  if (only.length > 0 && !only.includes(found.config.name)) continue
  const t = performance.now()
  const r = checkConfiguration(found, { visited: "compact" })
  console.log(found.config.name, r.states, r.edges, ((performance.now() - t) / 1000).toFixed(1) + "s", r.holds)
  for (const v of r.violations) console.log("  ", v.property, "|", v.detail)
  for (const w of r.warnings) console.log("  warn", w)
}
