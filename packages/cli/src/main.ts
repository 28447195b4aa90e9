/** What the command does first, before it loads anything that takes time. */
import { Signals } from "./signals.ts"
import { watchLauncher } from "./watchLauncher.ts"

// Other commands end by a signal as every process does.
const signals = process.argv.includes("run") ? new Signals() : null
watchLauncher(() => signals?.hasReceived === true)
const { runCommandLine } = await import("./commandLine.ts")
await runCommandLine(process.argv.slice(2), signals)
