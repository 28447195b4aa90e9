/** The commands, their flags and their help. Only here, in `flags.ts` and in `operate/commands.ts` `effect/cli` is known. */
import { Effect, Layer, Option } from "effect"
import { Argument, CliConfig, CliError, CliOutput, Command, Flag, GlobalFlag } from "effect/cli"
import { diffCheckpoints } from "./checkpoints/diffCheckpoints.ts"
import { listCheckpoints } from "./checkpoints/listCheckpoints.ts"
import { showCheckpoint } from "./checkpoints/showCheckpoint.ts"
import { verifyCheckpoints } from "./checkpoints/verifyCheckpoints.ts"
import { directory, job, json } from "./flags.ts"
import { explainJob } from "./job/explainJob.ts"
import { operateCommands } from "./operate/commands.ts"
import { stderr } from "./output/StatusOutput.ts"
import { defaultCheckpoints, runJob } from "./run/runJob.ts"
import type { Signals } from "./signals.ts"
import { listState } from "./state/listState.ts"
import { exportState, getState } from "./state/readEntries.ts"

const parallelism = Flag.Int("parallelism").pipe(
  Flag.withMetavar("N"),
  Flag.withDescription("Subtasks per task, 1 to 128; may differ from the last run (the job's own, or 1)"),
  Flag.optional
)

const threads = Flag.Int("threads").pipe(
  Flag.withMetavar("N"),
  Flag.withDescription("Worker threads that the subtasks share, 0 for none (one per subtask, at most one per core)"),
  Flag.optional
)

const module = Argument.String("module").pipe(
  Argument.withDescription("Job module (.ts or .js): export default Job.define(...)")
)

const jobArguments = Argument.String("args").pipe(
  Argument.withDescription("Options of the job, behind --: --name value, --name=value, --flag; checked by its schema"),
  Argument.variadic()
)

/** How a run can be watched from outside. */
const observing = {
  metricsPort: Flag.Int("metrics-port").pipe(
    Flag.withMetavar("PORT"),
    Flag.withDescription("Serve /metrics for Prometheus and /healthz at this port, 0 for any free one (not served)"),
    Flag.optional
  ),
  metricsHost: Flag.String("metrics-host").pipe(
    Flag.withMetavar("HOST"),
    Flag.withDescription("Address to serve them at; 0.0.0.0 for everybody who can reach this machine"),
    Flag.withDefault("127.0.0.1")
  ),
  logFormat: Flag.Literals("log-format", ["text", "json"]).pipe(
    Flag.withDescription("Standard error as text, or one JSON object per line: time, level, job, checkpoint, message"),
    Flag.withDefault("text")
  ),
  otlpUrl: Flag.String("otlp-url").pipe(
    Flag.withMetavar("URL"),
    Flag.withDescription(
      "Send traces of checkpoints, and metrics, to an OpenTelemetry collector (http://127.0.0.1:4318)"
    ),
    Flag.optional
  )
}

const makeRun = (signals: Signals | null) =>
  Command.make(
    "run",
    {
      module,
      args: jobArguments,
      checkpoints: Flag.String("checkpoints").pipe(
        Flag.withMetavar("DIR"),
        Flag.withDescription(`Checkpoint directory (the job's own, or ${defaultCheckpoints})`),
        Flag.optional
      ),
      resume: Flag.String("resume").pipe(
        Flag.withMetavar("latest|on-failure|never|savepoint|ID|PATH"),
        Flag.withDescription(
          "Where to start: latest and on-failure from the newest completed checkpoint (latest also after a " +
            "cancellation), never from the beginning, savepoint from the newest savepoint, ID or PATH from that " +
            "checkpoint or savepoint (on-failure)"
        ),
        Flag.optional
      ),
      claim: Flag.Boolean("claim").pipe(
        Flag.withDescription(
          "Whose the checkpoint is that --resume names: the job's, to be retired like its own, or left untouched " +
            "(a checkpoint the job's, a savepoint untouched)"
        ),
        Flag.optional
      ),
      parallelism,
      threads,
      rewindOutput: Flag.Boolean("rewind-output").pipe(
        Flag.withDescription("Remove visible output that is newer than the restored checkpoint"),
        Flag.withDefault(false),
        Flag.withoutNegation
      ),
      json: json("Print the report as one line of JSON, the last line of standard output"),
      ...observing
    },
    ({ args, checkpoints, claim, json, module, parallelism, resume, rewindOutput, threads, ...observed }) =>
      runJob(
        {
          ...{ module, args, rewindOutput, isJson: json },
          observe: {
            metricsPort: Option.getOrNull(observed.metricsPort),
            metricsHost: observed.metricsHost,
            logFormat: observed.logFormat,
            otlpUrl: Option.getOrNull(observed.otlpUrl)
          },
          checkpoints: Option.getOrNull(checkpoints),
          resume: Option.getOrNull(resume),
          claim: Option.getOrNull(claim),
          parallelism: Option.getOrNull(parallelism),
          threads: Option.getOrNull(threads)
        },
        signals
      )
  ).pipe(
    Command.withShortDescription("Run a job until its input ends"),
    Command.withDescription(
      "Run a job until its input ends. However it dies, run the same command again: it goes on from the last completed " +
        "checkpoint and its output is as if nothing had happened.\n\n" +
        "SIGTERM and Ctrl-C take one more checkpoint and exit 0; a second one stops at once. Both can be resumed."
    ),
    Command.withExamples([
      { command: "tidemark run job.ts", description: "Run, or go on where the last run ended" },
      { command: "tidemark run job.ts --checkpoints C --parallelism 4 -- --out O --limit 1000", description: "Choose" },
      { command: "tidemark run job.ts --resume never --rewind-output -- --out O", description: "Start all over" },
      {
        command: "tidemark run job.ts --resume C/my-job/log/0000000012.json",
        description: "Start from that checkpoint"
      }
    ])
  )

const list = Command.make("list", { directory, job, json: json("Print a JSON array") }, ({ directory, job, json }) =>
  listCheckpoints({ directory, job: Option.getOrNull(job) }, { isJson: json })
).pipe(
  Command.withDescription("List checkpoints: id, kind, state, time, records, size, and the path for --resume"),
  Command.withExamples([{ command: "tidemark checkpoints list C --json" }])
)

const show = Command.make(
  "show",
  {
    directory,
    id: Argument.Int("id").pipe(Argument.withDescription("Checkpoint id, as listed")),
    job,
    json: json("Print a JSON object")
  },
  ({ directory, id, job, json }) => showCheckpoint({ directory, job: Option.getOrNull(job) }, { id, isJson: json })
).pipe(
  Command.withDescription("Show a checkpoint: operators, sizes of their states, positions of the splits"),
  Command.withExamples([{ command: "tidemark checkpoints show C 12" }])
)

const verify = Command.make(
  "verify",
  { directory, job, json: json("Print a JSON object") },
  ({ directory, job, json }) => verifyCheckpoints({ directory, job: Option.getOrNull(job) }, { isJson: json })
).pipe(
  Command.withDescription(
    "Read and check every byte of the completed checkpoints and the log; exit 3 at the first bad one"
  ),
  Command.withExamples([{ command: "tidemark checkpoints verify C" }])
)

const diff = Command.make(
  "diff",
  {
    directory,
    from: Argument.Int("from").pipe(Argument.withDescription("Checkpoint id, as listed")),
    to: Argument.Int("to").pipe(Argument.withDescription("Another one")),
    job,
    json: json("Print a JSON object")
  },
  ({ directory, from, job, json, to }) =>
    diffCheckpoints({ directory, job: Option.getOrNull(job) }, { from, to, isJson: json })
).pipe(
  Command.withDescription(
    "Compare two checkpoints: operators, sizes, entries that were added, changed and removed, positions"
  ),
  Command.withExamples([{ command: "tidemark checkpoints diff C 11 12" }])
)

const checkpoints = Command.make("checkpoints").pipe(
  Command.withDescription(
    "Look at the checkpoints of a directory; takes no lock, changes nothing, works while the job runs"
  ),
  Command.withSubcommands([list, show, diff, verify])
)

const ofCheckpoint = Flag.Int("checkpoint").pipe(
  Flag.withMetavar("ID"),
  Flag.withDescription("Which checkpoint, as listed by checkpoints list (the newest)"),
  Flag.optional
)

const operatorDescription = "Entries of this operator, as listed by state list"
const operator = Flag.String("operator").pipe(Flag.withMetavar("UID"), Flag.withDescription(operatorDescription))

const stateName = Flag.String("state").pipe(
  Flag.withMetavar("NAME"),
  Flag.withDescription("Entries of this state only"),
  Flag.optional
)

const stateList = Command.make(
  "list",
  { directory, job, checkpoint: ofCheckpoint, json: json("Print a JSON array") },
  ({ checkpoint, directory, job, json }) =>
    listState({ directory, job: Option.getOrNull(job) }, { checkpoint: Option.getOrNull(checkpoint), isJson: json })
).pipe(
  Command.withDescription("List the states of a checkpoint: operator, kind, schemas, entries, size"),
  Command.withExamples([{ command: "tidemark state list C" }])
)

const stateGet = Command.make(
  "get",
  {
    ...{ directory, job, operator, state: stateName, checkpoint: ofCheckpoint },
    key: Flag.String("key").pipe(
      Flag.withMetavar("KEY"),
      Flag.withDescription('A text as it is; numbers, booleans and tuples as in JSON: 7, true, ["AA",7]')
    )
  },
  ({ checkpoint, directory, job, key, operator, state }) =>
    getState(
      { directory, job: Option.getOrNull(job) },
      { operator, key, state: Option.getOrNull(state), checkpoint: Option.getOrNull(checkpoint) }
    )
).pipe(
  Command.withDescription("Print what an operator holds for a key, one line of JSON per state and window"),
  Command.withExamples([{ command: "tidemark state get C --operator delays --key AA" }])
)

const stateExport = Command.make(
  "export",
  { directory, job, operator: Flag.optional(operator), state: stateName, checkpoint: ofCheckpoint },
  ({ checkpoint, directory, job, operator, state }) =>
    exportState(
      { directory, job: Option.getOrNull(job) },
      {
        operator: Option.getOrNull(operator),
        state: Option.getOrNull(state),
        checkpoint: Option.getOrNull(checkpoint)
      }
    )
).pipe(
  Command.withDescription("Print all entries of a checkpoint, or those of an operator, one line of JSON each"),
  Command.withExamples([{ command: "tidemark state export C --operator delays > delays.jsonl" }])
)

const state = Command.make("state").pipe(
  Command.withDescription(
    "Look into the state of a checkpoint, decoded by the schemas that it recorded: the job's module is not needed. " +
      "Takes no lock, changes nothing, works while the job runs"
  ),
  Command.withSubcommands([stateList, stateGet, stateExport])
)

const explain = Command.make(
  "explain",
  {
    module,
    args: jobArguments,
    parallelism,
    mermaid: Flag.Boolean("mermaid").pipe(
      Flag.withDescription("Print a Mermaid flowchart"),
      Flag.withDefault(false),
      Flag.withoutNegation
    )
  },
  ({ args, mermaid, module, parallelism }) =>
    explainJob({ module, args, isMermaid: mermaid, parallelism: Option.getOrNull(parallelism) })
).pipe(
  Command.withDescription("Show the plan of a job: tasks, chained operators, exchanges, states; runs nothing"),
  Command.withExamples([{ command: "tidemark explain job.ts --mermaid -- --out O" }])
)

/** Read from the raw arguments where failures are printed; declared here for the help. */
const debug = GlobalFlag.Setting("debug")({
  flag: Flag.Boolean("debug").pipe(
    Flag.withDescription("Print stack traces with errors (also: TIDEMARK_DEBUG=1)"),
    Flag.withDefault(false),
    Flag.withoutNegation
  )
})

const makeRoot = (signals: Signals | null) =>
  Command.make("tidemark").pipe(
    Command.withDescription(
      "Typed, stateful stream pipelines whose state survives any crash exactly once.\n\n" +
        "Exit codes: 0 fine; 1 the job failed, run it again once the cause is gone; 2 wrong command, module or options; " +
        "3 refused: directory in use, changed pipeline, output ahead, damaged or unknown checkpoint; 70 a bug; " +
        "130, 143 stopped at once by a second signal."
    ),
    Command.withSubcommands([makeRun(signals), ...operateCommands, checkpoints, state, explain]),
    Command.withGlobalFlags([debug])
  )

/** The command line was not understood; what is wrong with it has been said. */
export const isMisunderstood = (error: unknown): boolean =>
  CliError.isCliError(error) && (error._tag !== "ShowHelp" || error.errors.length > 0)

/** Help that was shown because a command needs one of its subcommands. */
export const isHelp = (error: unknown): boolean =>
  CliError.isCliError(error) && error._tag === "ShowHelp" && error.errors.length === 0

const output = CliOutput.layerPresenter({
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Effect.sync(() => {
          for (const { message } of event.errors) stderr.line(`error: ${message.replaceAll(/\s*\n\s*/g, " ")}`)
          const isOption = event.errors.some(({ _tag }) => _tag === "UnrecognizedOption")
          if (isOption) stderr.line("Options of the job itself stand behind --.")
          stderr.line(`Try: ${event.commandPath.join(" ")} --help`)
        })
      : CliOutput.defaultPresenter.present(event)
})

const config = CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] })

/** Understands the arguments and does what they say. */
export const runCommand = (
  args: ReadonlyArray<string>,
  options: { readonly version: string; readonly signals: Signals | null }
) =>
  Effect.provide(
    Command.runWith(makeRoot(options.signals), { version: options.version })(args),
    Layer.merge(output, config)
  )
