export { Stdio } from "./Stdio.ts"
export type { StdinJsonOptions, StdinTextOptions } from "./stdinSource.ts"
export type { StdoutJsonOptions, StdoutTextOptions } from "./stdoutSink.ts"
