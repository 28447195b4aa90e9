#!/usr/bin/env node
// The command `tidemark-check`. In a checkout it runs the sources, from a package the build.
// Up to the check of the version nothing here may be newer than the oldest Node that somebody has.
var major = Number(process.versions.node.split(".")[0])
if (major < 24) {
  console.error(
    "error: tidemark-check needs Node 24 or newer; this is Node " +
      process.versions.node +
      " (" +
      process.execPath +
      "). Install Node 24, or run `npx tidemark-check` in a project that depends on it."
  )
  process.exit(2)
}

const start = async () => {
  const { existsSync } = await import("node:fs")
  return existsSync(new URL("../src/cli/main.ts", import.meta.url))
    ? import("../src/cli/main.ts")
    : import(new URL("../dist/cli/main.js", import.meta.url))
}

start().catch((error) => {
  console.error(`error: tidemark-check could not be loaded: ${error.stack}`)
  process.exit(70)
})
