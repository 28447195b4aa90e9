/** The flights job as a user runs it: the real command, its arguments, and its report. */
import type { FlightsDirectories } from "./flightsRun.ts"
import { type RunningNode, runNode, startNode } from "./runNode.ts"

export interface FlightsCommand extends FlightsDirectories {
  readonly parallelism: number
  readonly limit: number
}

const argumentsOf = ({ checkpoints, limit, out, parallelism }: FlightsCommand): ReadonlyArray<string> => [
  "packages/cli/bin/tidemark.js",
  ...["run", "packages/examples/src/flight-delays.ts", "--json"],
  ...["--checkpoints", checkpoints, "--parallelism", String(parallelism)],
  ...["--", "--out", out, "--limit", String(limit), "--checkpoint-every", "50ms"]
]

export const startFlights = (command: FlightsCommand) => startNode(argumentsOf(command))

export const runFlights = (command: FlightsCommand) => runNode(argumentsOf(command))

export type RunningFlights = RunningNode

/** The last line of standard output: the report of the run. */
export const reportOf = (stdout: string) => JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "")
