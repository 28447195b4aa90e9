import { stdinSource, stdinTextSource } from "./stdinSource.ts"
import { stdoutSink, stdoutTextSink } from "./stdoutSink.ts"

/** Standard input and output of the process: JSON lines, or lines of text. */
export const Stdio = {
  source: stdinSource,
  textSource: stdinTextSource,
  sink: stdoutSink,
  textSink: stdoutTextSink
} as const
