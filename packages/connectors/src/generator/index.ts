export { Generator } from "./Generator.ts"
export type { GeneratorSourceOptions } from "./generatorSource.ts"
