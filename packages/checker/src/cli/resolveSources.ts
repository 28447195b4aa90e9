/** In a checkout, where these files are sources, packages of the checkout resolve to their sources too. */
import { registerHooks } from "node:module"

const sourceCondition = "tidemark-source"

/** For this thread, from now on. */
export const resolveSources = (): void => {
  if (!import.meta.url.endsWith(".ts")) return
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, sourceCondition] })
  })
}
