/** What becomes of a record that comes too late for its windows: it is counted, and dropped or emitted to a side output. */
import type { ChainCode, OperatorStep, RecordNames, SideCollector, StepContext } from "./OperatorStep.ts"

/** `late` is the tag of the side output; null if late records are dropped. */
export const emitLate = (
  code: ChainCode,
  late: string | null,
  { timestamp, value }: Pick<RecordNames, "timestamp" | "value">
): string => (late === null ? code.countLate : `{\n${code.countLate}\n${code.side(late)}(${value}, ${timestamp})\n}`)

/** The twin of {@link emitLate}. */
export const lateCollector = (context: StepContext, late: string | null): SideCollector => {
  if (late === null) return context.countLate
  const emit = context.side(late)
  return (value, timestamp) => {
    context.countLate()
    emit(value, timestamp)
  }
}

export const lateSides = (late: string | null): Pick<OperatorStep, "sides"> => (late === null ? {} : { sides: [late] })
