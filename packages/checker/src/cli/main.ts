/** Runs the command line of this process. */
import { checkModule } from "./checkModule.ts"
import { exploreModule } from "./exploreModule.ts"
import { describeFailure, exitCodes } from "./failures.ts"
import { parseCommand, usage } from "./parseCommand.ts"
import { replayTrace } from "./replayTrace.ts"
import { resolveSources } from "./resolveSources.ts"

const print = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

const run = async (args: ReadonlyArray<string>): Promise<number> => {
  const command = parseCommand(args)
  switch (command._tag) {
    case "Help":
      print(usage)
      return exitCodes.fine
    case "Check":
      return checkModule(command, print)
    case "Explore":
      return exploreModule(command, print)
    case "Replay":
      return replayTrace(command, print)
  }
}

resolveSources()
try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  const { exitCode, text } = describeFailure(error)
  process.stderr.write(`error: ${text}\n`)
  process.exitCode = exitCode
}
