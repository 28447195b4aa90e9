import { type ParseArgsConfig, parseArgs } from "node:util"

/**
 * The command line of a script. Ends the process: with 0 after it has shown the usage that `--help` asks for, with 2
 * when options are unknown or lack their value.
 */
export const readCommand = <const Config extends ParseArgsConfig>(
  usage: string,
  config: Config
): ReturnType<typeof parseArgs<Config>> => {
  if (process.argv.slice(2).some((argument) => argument === "--help" || argument === "-h")) {
    console.log(usage)
    process.exit(0)
  }
  try {
    return parseArgs(config)
  } catch (error) {
    return misused(usage, error instanceof Error ? error.message : String(error))
  }
}

/** Ends the process with 2: says what cannot be used, and the usage. */
export const misused = (usage: string, problem: string): never => {
  console.error(`${problem}\n\n${usage}`)
  process.exit(2)
}
