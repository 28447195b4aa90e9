/** Runs a command line in this process: what it needs of the platform, its failures, its exit code. */
import { Cause, Effect, Exit, Layer, Logger } from "effect"
import packageJson from "../package.json" with { type: "json" }
import { isHelp, isMisunderstood, runCommand } from "./commands.ts"
import { describeFailure, exitCodes, stackText } from "./failures.ts"
import { stderr } from "./output/StatusOutput.ts"
import { stderrLogger } from "./output/stderrLogger.ts"
import { platform } from "./platform.ts"
import type { Signals } from "./signals.ts"

const layers = Layer.merge(platform, Logger.layer([stderrLogger]))

/** Ends the process. */
export const runCommandLine = async (args: ReadonlyArray<string>, signals: Signals | null): Promise<never> => {
  const report = makeReporter(args)
  // Thrown where nobody waits for it, by a job module or a connector: nothing that was not completed becomes visible.
  process.on("uncaughtException", (error) => process.exit(report(error)))
  process.stdout.on("error", () => process.exit(exitCodes.failed))
  const command = runCommand(args, { version: packageJson.version, signals })
  const exit = await Effect.runPromiseExit(Effect.provide(command, layers))
  process.exit(Exit.isSuccess(exit) ? exitCodes.fine : report(Cause.squash(exit.cause)))
}

/** Prints a failure and answers the exit code. */
const makeReporter = (args: ReadonlyArray<string>): ((error: unknown) => number) => {
  const end = args.indexOf("--")
  const isDebug =
    (process.env.TIDEMARK_DEBUG ?? "") !== "" || args.slice(0, end === -1 ? args.length : end).includes("--debug")
  return (error) => {
    if (isHelp(error)) return exitCodes.fine
    if (isMisunderstood(error)) return exitCodes.usage
    const { exitCode, text } = describeFailure(error)
    stderr.clear()
    stderr.log("error", text)
    if (isDebug) stderr.line(stackText(error))
    return exitCode
  }
}
