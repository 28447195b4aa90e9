/** Assigns event time to every record, and notes the highest for the watermark. */
import type { Timestamp } from "../model/time.ts"
import type { Erased } from "./erase.ts"
import type { OperatorStep } from "./OperatorStep.ts"

/** The range of a `Date`: also keeps every timestamp below the maximum watermark. */
const timestampMax = 8.64e15

const invalidEventTime = (answer: unknown): Error =>
  new Error(
    `eventTime answered ${String(answer)}, which is no time: it must answer milliseconds since the epoch or a valid Date`
  )

const timestampOf = (answer: number | Date): Timestamp => {
  // Whole milliseconds keep window starts exact; adding zero turns -0 into 0.
  const timestamp = Math.floor(typeof answer === "number" ? answer : answer.getTime()) + 0
  if (timestamp >= -timestampMax && timestamp <= timestampMax) return timestamp
  throw invalidEventTime(answer)
}

export const eventTimeStep = (uid: string, assign: Erased<number | Date>): OperatorStep => ({
  uid,
  kind: "eventTime",
  description: "event time",
  states: [],
  emit: (code, record, next) => {
    const answer = code.name("answer")
    const timestamp = code.name("timestamp")
    return `const ${answer} = ${code.bind("assign", assign)}(${record.value})
const ${timestamp} = Math.floor(typeof ${answer} === "number" ? ${answer} : ${answer}.getTime()) + 0
if (!(${timestamp} >= -${timestampMax} && ${timestamp} <= ${timestampMax})) throw ${code.bind("invalidEventTime", invalidEventTime)}(${answer})
if (${timestamp} > ${code.maxTimestamp}) ${code.maxTimestamp} = ${timestamp}
${next({ ...record, timestamp })}`
  },
  interpret: (context, next) => ({
    record: (value, _timestamp, key, group) => {
      const timestamp = timestampOf(assign(value))
      context.noteTimestamp(timestamp)
      next(value, timestamp, key, group)
    }
  })
})
