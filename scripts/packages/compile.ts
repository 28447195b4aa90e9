/**
 * Compiles the sources of all packages in one program: JavaScript, declarations and source maps.
 *
 * One program, because the packages see each other's sources in a checkout: nothing has to be built before anything.
 */
import { spawnSync } from "node:child_process"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { repositoryRoot } from "../repository.ts"

/** In the order in which they build on each other. */
export const publishedPackages = ["core", "checker", "backends", "connectors", "cli", "create-tidemark"] as const

export type PublishedPackage = (typeof publishedPackages)[number]

/** The page of the explorer runs in a browser, with other types around it. */
const pageFolder = "packages/checker/src/explorer/page"

const at = (path: string): string => join(repositoryRoot, path)

interface Program {
  readonly name: string
  readonly extends: string
  readonly include: ReadonlyArray<string>
  readonly exclude: ReadonlyArray<string>
}

const programs: ReadonlyArray<Program> = [
  {
    name: "packages",
    extends: at("tsconfig.json"),
    include: publishedPackages.map((name) => at(`packages/${name}/src`)),
    exclude: [at(pageFolder)]
  },
  { name: "page", extends: at(`${pageFolder}/tsconfig.json`), include: [at(`${pageFolder}/*.ts`)], exclude: [] }
]

/** What the compiler says of the first program that does not compile; null when `<folder>/<package>/src` holds all. */
export const compilePackages = (folder: string): string | null => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const { name, ...program } of programs) {
    const config = join(folder, `tsconfig.${name}.json`)
    const compilerOptions = {
      noEmit: false,
      noEmitOnError: true,
      declaration: true,
      sourceMap: true,
      inlineSources: true,
      types: ["node"],
      typeRoots: [at("node_modules/@types")],
      rootDir: at("packages"),
      outDir: folder
    }
    writeFileSync(config, JSON.stringify({ ...program, compilerOptions }, null, 2))
    const result = spawnSync(process.execPath, [at("node_modules/typescript/bin/tsc"), "-p", config], {
      encoding: "utf8"
    })
    if (result.status !== 0) return `${result.stdout}${result.stderr}`
  }
  return null
}
