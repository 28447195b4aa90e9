import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { checkPages, writePages } from "../../scripts/pages.ts"
import { makeCheckout } from "./checkout.ts"

const pages = new Map([
  ["job.md", "job\n"],
  ["task.md", "task\n"]
])

it("written pages pass; a missing, an edited and a foreign page are named", () => {
  const folder = join(makeCheckout({}), "docs")
  expect(checkPages(folder, pages)).toEqual(["job.md is missing.", "task.md is missing."])
  writePages(folder, pages)
  expect(checkPages(folder, pages)).toEqual([])
  writeFileSync(join(folder, "job.md"), "edited\n")
  writeFileSync(join(folder, "old.md"), "old\n")
  expect(checkPages(folder, pages)).toEqual([
    "job.md differs from what would be generated.",
    "old.md belongs to nothing."
  ])
})

it("writing again repairs edited pages and removes foreign ones", () => {
  const folder = join(makeCheckout({ "docs/job.md": "edited\n", "docs/old.md": "old\n" }), "docs")
  writePages(folder, pages)
  expect(checkPages(folder, pages)).toEqual([])
  expect(readFileSync(join(folder, "job.md"), "utf8")).toBe("job\n")
})
