import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { repositoryRoot } from "../../scripts/repository.ts"
import { makeCheckout } from "./checkout.ts"

const file = (status: string, ...tests: ReadonlyArray<string>) => ({
  status,
  assertionResults: tests.map((each) => ({ status: each }))
})

/** Runs the script on a report; an undefined report means that the file does not exist. */
const summaryOf = (report: object | undefined) => {
  const root = makeCheckout(report === undefined ? {} : { "report.json": JSON.stringify(report) })
  const script = join(repositoryRoot, "scripts", "testSummary.mjs")
  const { status, stdout } = spawnSync(process.execPath, [script, join(root, "report.json")], { encoding: "utf8" })
  return { status, stdout }
}

describe("the closing line of a continuous integration run", () => {
  it("counts tests that passed", () => {
    const report = {
      success: true,
      numPassedTests: 2,
      numFailedTests: 0,
      testResults: [file("passed", "passed", "passed")]
    }
    expect(summaryOf(report)).toEqual({ status: 0, stdout: "2 passed, 0 failed\n" })
  })

  it("counts tests that failed", () => {
    const report = {
      success: false,
      numPassedTests: 1,
      numFailedTests: 1,
      testResults: [file("failed", "passed", "failed")]
    }
    expect(summaryOf(report)).toEqual({ status: 1, stdout: "1 passed, 1 failed\n" })
  })

  it("counts a file that could not run as one failed test", () => {
    const report = {
      success: false,
      numPassedTests: 1,
      numFailedTests: 0,
      testResults: [file("passed", "passed"), file("failed")]
    }
    expect(summaryOf(report)).toEqual({ status: 1, stdout: "1 passed, 1 failed\n" })
  })

  it("fails without a report and without tests", () => {
    expect(summaryOf(undefined)).toEqual({ status: 1, stdout: "0 passed, 1 failed\n" })
    const empty = { success: true, numPassedTests: 0, numFailedTests: 0, testResults: [] }
    expect(summaryOf(empty)).toEqual({ status: 1, stdout: "0 passed, 0 failed\n" })
  })
})
