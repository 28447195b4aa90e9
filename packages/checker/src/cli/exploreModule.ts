/** `tidemark-check explore`: serves the explorer until a signal ends it. */
import { startExplorer } from "../explorer/startExplorer.ts"
import { chooseModels } from "./chooseModels.ts"
import { exitCodes } from "./failures.ts"
import { loadModels } from "./moduleContract.ts"
import type { Command } from "./parseCommand.ts"

type ExploreCommand = Extract<Command, { readonly _tag: "Explore" }>

/** Answers the exit code, after a signal. */
export const exploreModule = async (command: ExploreCommand, print: (text: string) => void): Promise<number> => {
  const { module, options, port, system } = command
  const models = chooseModels(await loadModels(module), system)
  const explorer = await startExplorer({ module, models, options, port })
  print(`The explorer of ${module} is at ${explorer.url}`)
  print("Ctrl-C ends it.")
  await new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve())
    process.once("SIGTERM", () => resolve())
  })
  await explorer.close()
  return exitCodes.fine
}
