/**
 * Builds the packages.
 *
 * `npm run build` compiles every package into its `dist`. `npm run pack` (`--pack`) leaves alone what is there, and puts into
 * `out/packages` for each package a folder with what is published and its tarball: `npm publish out/packages/core`.
 * As `prepack` of a package it builds too, but refuses a publication from the checkout, whose manifests are for sources.
 */
import { spawnSync } from "node:child_process"
import { rmSync } from "node:fs"
import { join } from "node:path"
import { compilePackages, publishedPackages } from "./packages/compile.ts"
import { copyBuild, stagePackage } from "./packages/stage.ts"
import { repositoryRoot } from "./repository.ts"

const compiled = join(repositoryRoot, "out", "build")
const staged = join(repositoryRoot, "out", "packages")

const build = (): void => {
  for (const name of publishedPackages) {
    const files = copyBuild(name, compiled, join(repositoryRoot, "packages", name))
    console.error(`packages/${name}/dist: ${files} files`)
  }
}

const pack = (): void => {
  rmSync(staged, { recursive: true, force: true })
  for (const name of publishedPackages) {
    const folder = join(staged, name)
    stagePackage(name, compiled, folder)
    const args = ["pack", "--silent", "--pack-destination", staged]
    const { status } = spawnSync("npm", args, { cwd: folder, stdio: "inherit", shell: process.platform === "win32" })
    if (status !== 0) throw new Error(`npm pack failed in ${folder}.`)
  }
  console.error(`Ready in out/packages; publish in this order: ${publishedPackages.join(", ")}.`)
}

const main = (): void => {
  if (process.argv.includes("--prepack") && process.env.npm_command === "publish") {
    throw new Error("do not publish from the checkout: npm run pack, then npm publish out/packages/<package>.")
  }
  const problem = compilePackages(compiled)
  if (problem !== null) throw new Error(`the sources do not compile, nothing was changed.\n${problem}`)
  if (process.argv.includes("--pack")) pack()
  else build()
}

try {
  main()
} catch (error) {
  console.error(`build: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
