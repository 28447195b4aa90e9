/** Two processes on one checkpoint directory: the second is refused and told who is first; a killed one frees it. */
import { assert, describe, it } from "@effect/vitest"
import { FileStorage } from "@tidemark/backends/file"
import { readLog } from "@tidemark/core/storage"
import { Effect } from "effect"
import { type FlightsCommand, reportOf, runFlights, startFlights } from "../support/flightsCommand.ts"
import { duckFlights } from "../support/flightsOracle.ts"
import { expectFinishedFlights, type FlightsDirectories, flightsDirectories } from "../support/flightsRun.ts"

const limit = 300_000

/** For a machine that does a lot else. */
const timeout = 120_000

const isClaimed = ({ checkpoints }: FlightsDirectories) =>
  Effect.map(FileStorage.at(checkpoints).jobs, (jobs) => jobs.length > 0)

const newestTerm = ({ checkpoints }: FlightsDirectories) =>
  Effect.gen(function* () {
    const { view } = yield* readLog(yield* FileStorage.at(checkpoints).inspect("flight-delays"))
    return view.term
  })

/** Starts the job and stops its process, not its being: it holds the directory and does nothing. */
const startFrozen = (command: FlightsCommand) =>
  Effect.gen(function* () {
    const running = yield* startFlights(command)
    // What happens in another process tells nobody.
    while (!running.hasEnded() && !(yield* isClaimed(command))) yield* Effect.sleep(2)
    running.child.kill("SIGSTOP")
    return running
  })

describe("a second process of the flights job", () => {
  it.live(
    "is refused and told who holds the directory; when that is killed it goes on, exactly once",
    () =>
      Effect.scoped(
        Effect.gen(function* () {
          const expected = yield* duckFlights(limit)
          const command = { ...(yield* flightsDirectories), parallelism: 2, limit }
          const first = yield* startFrozen(command)
          const second = yield* runFlights(command)
          assert.strictEqual(second.code, 3, second.stderr)
          assert.match(
            second.stderr,
            new RegExp(
              `Checkpoint directory ${command.checkpoints} is in use by process ${first.child.pid} on host ".+" ` +
                "since \\d{4}-\\d{2}-\\d{2}T[0-9:.]+Z\\. Stop that process or use another directory\\."
            )
          )
          assert.strictEqual(yield* newestTerm(command), 1, "the second process has claimed the log")

          first.child.kill("SIGKILL")
          assert.strictEqual((yield* first.ended).signal, "SIGKILL")
          const third = yield* runFlights(command)
          assert.strictEqual(third.code, 0, third.stderr)
          assert.strictEqual(reportOf(third.stdout).lateRecords, 0)
          yield* expectFinishedFlights(command, { expected, where: "after the first process was killed" })
        })
      ),
    timeout
  )
})
