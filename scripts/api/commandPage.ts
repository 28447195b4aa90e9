/** The page of the command: what `tidemark --help` and the help of every subcommand say. */
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { repositoryRoot } from "../repository.ts"

const bin = join(repositoryRoot, "packages", "cli", "bin", "tidemark.js")

export const helpOf = (words: ReadonlyArray<string>): string => {
  const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" }
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...words, "--help"], { encoding: "utf8", env })
  if (status !== 0) throw new Error(`tidemark ${words.join(" ")} --help ended with ${status}: ${stderr}`)
  return stdout.trim()
}

/** Names of the subcommands that a help lists. */
export const subcommandsOf = (help: string): ReadonlyArray<string> => {
  const [, list = ""] = /^SUBCOMMANDS\n((?: {2}.*(?:\n|$))*)/m.exec(help) ?? []
  return [...list.matchAll(/^ {2}([\w-]+)/gm)].map(([, name = ""]) => name)
}

/** Flags of every command, which the first section says once. */
const withoutGlobalFlags = (help: string): string => help.replace(/^GLOBAL FLAGS\n(?: {2}.*\n?)*\n?/m, "").trim()

const sectionsOf = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const help = helpOf(words)
  const text = words.length === 0 ? help : withoutGlobalFlags(help)
  return [
    `## ${["tidemark", ...words].join(" ")}\n\n\`\`\`text\n${text}\n\`\`\``,
    ...subcommandsOf(help).flatMap((name) => sectionsOf([...words, name]))
  ]
}

export const commandPage = (note: string): string =>
  `${["# @tidemark/cli", note, "The command. What can be imported of the package is [`@tidemark/cli/control`](cli-control.md).", ...sectionsOf([])].join("\n\n")}\n`
