import { Cause, Console, Effect, Exit } from "effect"
import { runCommand } from "../../packages/cli/src/commands.ts"
import { describeFailure } from "../../packages/cli/src/failures.ts"
import { platform } from "../../packages/cli/src/platform.ts"

export interface EndedHere {
  readonly stdout: string
  /** What would follow `error: `; empty if the command worked. */
  readonly error: string
  readonly code: number
}

/** Runs a command in this process: much faster than starting Node, and the same code but for the process around it. */
export const runHere = async (args: ReadonlyArray<string>): Promise<EndedHere> => {
  const printed: Array<string> = []
  const captured: Console.Console = {
    ...console,
    log: (...texts) => {
      printed.push(`${texts.join(" ")}\n`)
    }
  }
  const exit = await Effect.runPromiseExit(
    runCommand(args, { version: "0.0.0", signals: null }).pipe(
      Effect.provideService(Console.Console, captured),
      Effect.provide(platform)
    )
  )
  const stdout = printed.join("")
  if (Exit.isSuccess(exit)) return { stdout, error: "", code: 0 }
  const { exitCode, text } = describeFailure(Cause.squash(exit.cause))
  return { stdout, error: text, code: exitCode }
}
