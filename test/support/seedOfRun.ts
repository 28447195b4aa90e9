/** The seed of this run: `TIDEMARK_SEED`, or a new one, printed so that the run can be repeated. */
export const seedOfRun = (suite: string): number => {
  const given = Number(process.env.TIDEMARK_SEED)
  const seed = Number.isInteger(given) && given > 0 ? given : 1 + Math.floor(Math.random() * 1_000_000)
  process.stdout.write(`${suite}: seed ${seed} (repeat with TIDEMARK_SEED=${seed})\n`)
  return seed
}
