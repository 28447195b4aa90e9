import { defineConfig } from "vitest/config"

const conditions = ["tidemark-source"]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    execArgv: ["--conditions=tidemark-source"]
  }
})
