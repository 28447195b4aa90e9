/** The command: reads its arguments, makes the project, says what to do next. Exit codes: 0 made, 1 a file failed, 2 refused. */
import { parseArgs } from "node:util"
import { CreateRefused, createProject } from "./createProject.ts"

const usage = `Usage: npm create tidemark <folder>

Makes a folder with a job, its test and its input, ready to run.

Options:
  --packages DIR  take the packages from the tarballs of a folder instead of the registry
  --help          show this`

const read = () => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { packages: { type: "string" }, help: { type: "boolean", default: false } }
    })
  } catch (error) {
    throw new CreateRefused(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
  }
}

const main = (): void => {
  const { positionals, values } = read()
  if (values.help) {
    console.log(usage)
    return
  }
  const [folder, ...others] = positionals
  if (folder === undefined || others.length > 0) throw new CreateRefused(`Name one folder for the project.\n\n${usage}`)
  const { files, name } = createProject({ folder, packages: values.packages ?? null })
  console.log(
    `Made ${name} in ${folder}: ${files.join(", ")}\n\nNext:\n  cd ${folder}\n  npm install\n  npm start\n  npm test`
  )
}

try {
  main()
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = error instanceof CreateRefused ? 2 : 1
}
