/** A process of its own that opens a checkpoint directory, says so, and holds it until it is killed. */
import { FileStorage } from "@tidemark/backends/file"
import * as Effect from "effect/Effect"

const [directory = "", name = "", since = ""] = process.argv.slice(2)

// A pending promise alone does not keep a process alive.
setInterval(() => {}, 60_000)

await Effect.runPromise(
  Effect.scoped(
    Effect.gen(function* () {
      const job = yield* FileStorage.at(directory).open("job", { name, since })
      yield* job.appendEntry(1, new TextEncoder().encode("claim"))
      process.stdout.write("held\n")
      return yield* Effect.never
    })
  )
)
