#!/usr/bin/env node
// The command `tidemark`. In a checkout it runs the sources, from a package the build.
// Up to the check of the version nothing here may be newer than the oldest Node that somebody has.
var major = Number(process.versions.node.split(".")[0])
if (major < 24) {
  console.error(
    "error: tidemark needs Node 24 or newer; this is Node " +
      process.versions.node +
      " (" +
      process.execPath +
      "). Install Node 24, or run `npx tidemark` in a project that depends on it."
  )
  process.exit(2)
}

/** Packages of the checkout resolve to their sources, in this thread. */
const sourceCondition = "tidemark-source"

const start = async () => {
  const { existsSync } = await import("node:fs")
  const { enableCompileCache, registerHooks } = await import("node:module")
  // A job that died is back sooner: loading takes half the time.
  enableCompileCache()
  if (!existsSync(new URL("../src/main.ts", import.meta.url)))
    return import(new URL("../dist/main.js", import.meta.url))
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, sourceCondition] })
  })
  return import("../src/main.ts")
}

start().catch((error) => {
  console.error(`error: tidemark could not be loaded: ${process.env.TIDEMARK_DEBUG ? error.stack : error.message}`)
  process.exit(70)
})
