#!/usr/bin/env node
// The command `create-tidemark`. In a checkout it runs the sources, from a package the build.
// Up to the check of the version nothing here may be newer than the oldest Node that somebody has.
var major = Number(process.versions.node.split(".")[0])
if (major < 24) {
  console.error(
    "error: create-tidemark needs Node 24 or newer, as the project that it makes does; this is Node " +
      process.versions.node +
      " (" +
      process.execPath +
      "). Install Node 24 and try again."
  )
  process.exit(2)
}

const start = async () => {
  const { existsSync } = await import("node:fs")
  return existsSync(new URL("../src/main.ts", import.meta.url))
    ? import("../src/main.ts")
    : import(new URL("../dist/main.js", import.meta.url))
}

start().catch((error) => {
  console.error(`error: create-tidemark could not be loaded: ${error.stack}`)
  process.exit(70)
})
