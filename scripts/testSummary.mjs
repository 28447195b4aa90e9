// Prints "N passed, N failed" from the JSON report of a test run; exits non-zero unless tests ran and none failed.
// Plain JavaScript without dependencies: it must speak even when the installation failed.
import { existsSync, readFileSync } from "node:fs"

// A test file that could not run counts as one failed test; without a report nothing passed.
const summarize = (report) => {
  if (report === undefined) return { passed: 0, failed: 1 }
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.every((test) => test.status !== "failed")
  )
  const failed = report.numFailedTests + broken.length
  return { passed: report.numPassedTests, failed: failed === 0 && !report.success ? 1 : failed }
}

const path = process.argv[2]
const { passed, failed } = summarize(existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
