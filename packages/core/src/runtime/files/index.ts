export { nodeFiles } from "./nodeFiles.ts"
