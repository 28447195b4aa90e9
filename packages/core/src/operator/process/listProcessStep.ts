/** The operator of a user's own on a stream without a key. */
import type { ChainCode, Collector, OperatorStep, SideCollector } from "../OperatorStep.ts"
import { refusePromise } from "./Emitter.ts"
import { ListInstance } from "./ListInstance.ts"
import type { ListFunctions, Lists } from "./ListProcess.ts"

export interface ListProcessOptions {
  readonly uid: string
  readonly functions: ListFunctions
  readonly lists: Lists
  readonly sides: ReadonlyArray<string>
}

export const listProcessStep = ({ functions, lists, sides, uid }: ListProcessOptions): OperatorStep => {
  const open = (outputs: ReadonlyArray<readonly [string, SideCollector]>, emit: Collector): ListInstance =>
    new ListInstance({ uid, functions, lists, sides: new Map(outputs), emit })
  const instanceIn = (code: ChainCode): string =>
    code.declare("process", () => {
      const outputs = sides.map((tag) => `[${JSON.stringify(tag)}, ${code.side(tag)}]`)
      return `${code.bind("openProcess", open)}([${outputs.join(", ")}], ${code.emitRest})`
    })
  return {
    ...{ uid, kind: "process", description: "process function over lists", states: [], sides },
    emitsWithin: true,
    emit: (code, { group, key, timestamp, value }) => {
      const instance = instanceIn(code)
      const element = `${code.bind("onElement", functions.onElement)}(${value}, ${instance}.context)`
      return `${instance}.enter(${timestamp}, ${key}, ${group}, ${code.currentWatermark})
${code.bind("refusePromise", refusePromise)}(${element})
${instance}.leave()`
    },
    // Nothing fires with event time: the rest of the chain is a function all the same.
    emitWatermark: () => "",
    lists: instanceIn,
    interpret: (context, emit) => {
      const instance = open(
        sides.map((tag) => [tag, context.side(tag)]),
        emit
      )
      return {
        record: (value, timestamp, key, group) => {
          instance.enter(timestamp, key, group, context.currentWatermark())
          refusePromise(functions.onElement(value, instance.context))
          instance.leave()
        },
        lists: instance
      }
    }
  }
}
