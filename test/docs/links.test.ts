/** What the public pages refer to exists. */
import { existsSync, globSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, it } from "vitest"
import { repositoryRoot } from "../../scripts/repository.ts"
import { linksOf, pathsOf } from "./markdown.ts"

const pages = globSync(["*.md", "packages/*/README.md", "docs/**/*.md", "test/**/*.md"], { cwd: repositoryRoot })

/** `core/src/protocol` is short for `packages/core/src/protocol`. */
const exists = (path: string): boolean =>
  existsSync(join(repositoryRoot, path)) || existsSync(join(repositoryRoot, "packages", path))

describe("the links and paths of the public pages", () => {
  it("are looked for in all pages", () => {
    expect(pages).toEqual(expect.arrayContaining(["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md"]))
  })

  for (const page of pages) {
    it(`lead somewhere in ${page}`, () => {
      const text = readFileSync(join(repositoryRoot, page), "utf8")
      const broken = [
        ...linksOf(text).filter((link) => !existsSync(join(repositoryRoot, dirname(page), link))),
        ...pathsOf(text).filter((path) => !exists(path))
      ]
      expect(broken).toEqual([])
    })
  }
})
