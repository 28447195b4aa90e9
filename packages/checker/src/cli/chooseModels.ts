/** The models of a module that a command is about. */
import { UsageInvalid } from "./failures.ts"
import type { Model } from "./moduleContract.ts"

/** All of them for null. Fails: `UsageInvalid` if there is none of that name. */
export const chooseModels = (models: ReadonlyArray<Model>, name: string | null): ReadonlyArray<Model> => {
  const chosen = models.filter(({ system }) => name === null || system.name === name)
  if (chosen.length > 0) return chosen
  const known = models.map(({ system }) => system.name).join(", ")
  throw new UsageInvalid(`The module has no system "${name}"; there are: ${known}.`)
}
