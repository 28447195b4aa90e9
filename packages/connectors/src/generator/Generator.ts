import { generatorSource } from "./generatorSource.ts"

/** Records made up by seed and index, for tests, demonstrations and load. */
export const Generator = { source: generatorSource } as const
