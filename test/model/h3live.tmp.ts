import { checkLively, lively } from "./configurations/lively.ts"

const found = lively.find(({ config }) => config.name === "shared")!
const t = performance.now()
const r = checkLively(found)
console.log(
  r.states,
  r.edges,
  performance.now() - t,
  r.holds,
  r.violations.map((v) => [v.property, v.detail]),
  r.warnings
)
