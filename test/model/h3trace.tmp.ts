import { formatTrace } from "../../packages/checker/src/trace/formatTrace.ts"
import { checkConfiguration } from "./configurations/Configuration.ts"
import { deltas } from "./configurations/deltas.ts"
import { protocolSystem } from "./system/protocolSystem.ts"

const found = deltas.find(({ config }) => config.name === process.argv[2])!
const r = checkConfiguration(found, { visited: "compact" })
for (const v of r.violations)
  console.log(v.property, v.detail, "\n", formatTrace(protocolSystem(found.config).system, v.trace))
