/** The services of the platform that commands need. The only module that knows `@effect/platform-node`. */
import * as NodeServices from "@effect/platform-node/NodeServices"

export const platform = NodeServices.layer
