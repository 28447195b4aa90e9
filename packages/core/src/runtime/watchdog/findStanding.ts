/**
 * Asks the debugger of the engine where the main thread is: it interrupts a function that does not return, reads two
 * variables of the generated loop, and lets it go on. So nothing has to be noted per record.
 *
 * What blocks outside of JavaScript (a synchronous file or process call) cannot be interrupted: then nothing is found.
 */
import { type Debugger, Session } from "node:inspector"
import type { Standing } from "./blockedText.ts"

const answerWithinMs = 1_000

/** Generated chains are named so. */
const isChain = (url: string | undefined): boolean => url?.startsWith("tidemark/") === true

export const findStanding = (found: (standing: Standing | null) => void): void => {
  let isOver = false
  const over = (standing: Standing | null): void => {
    if (isOver) return
    isOver = true
    clearTimeout(timer)
    try {
      session.post("Debugger.disable")
      session.disconnect()
    } catch {
      // It was never connected.
    }
    found(standing)
  }
  const session = new Session()
  const timer = setTimeout(() => over(null), answerWithinMs)
  try {
    session.connectToMainThread()
    const urls = new Map<string, string>()
    session.on("Debugger.scriptParsed", ({ params }) => urls.set(params.scriptId, params.url))
    session.on("Debugger.paused", ({ params }) => {
      const frame = params.callFrames.find(({ location }) => isChain(urls.get(location.scriptId)))
      if (frame === undefined) over(null)
      else readFrame(session, frame, over)
    })
    session.post("Debugger.enable")
    session.post("Debugger.pause")
  } catch {
    over(null)
  }
}

/** `at` is the step at work; `index` the record, which only the loop over a batch has. */
const expression = "[at, typeof index === 'number' ? index : -1]"

const readFrame = (
  session: Session,
  { callFrameId }: Debugger.CallFrame,
  over: (standing: Standing | null) => void
): void => {
  session.post("Debugger.evaluateOnCallFrame", { callFrameId, expression, returnByValue: true }, (error, answer) => {
    const value: unknown = error === null ? answer.result.value : null
    const [step, record]: ReadonlyArray<unknown> = Array.isArray(value) ? value : []
    if (typeof step !== "number" || typeof record !== "number") over(null)
    else over({ step, record: record < 0 ? null : record })
  })
}
