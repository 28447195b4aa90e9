import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"

/** Packages of the checkout resolve to their sources: in tests, in worker threads and in child processes. */
const condition = "tidemark-source"
const isCi = process.env.CI === "true"

export default defineConfig({
  resolve: { conditions: [condition, "module", "node", "development|production"] },
  ssr: {
    resolve: { conditions: [condition, "module", "node", "development|production"], externalConditions: [condition] }
  },
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/tooling/leakedHandles.ts"],
    env: { NODE_OPTIONS: `--conditions=${condition}` },
    execArgv: [`--conditions=${condition}`],
    // Most of the time a test file waits, for a disk or a process of its own: one worker more than there are cores.
    maxWorkers: availableParallelism() + 1,
    // For hangs only: the longest tests take half a minute, and twice that on a machine that has other work.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000 } },
    teardownTimeout: 10_000,
    allowOnly: false,
    passWithNoTests: false,
    reporters: isCi ? ["default", ["json", { outputFile: "out/test-report.json" }]] : ["default"]
  }
})
