/**
 * Whose the checkpoint is that a user restores: `claim` gives it to the job, which retires it like its own; `no-claim`
 * leaves it untouched.
 */
export type RestoreMode = "claim" | "no-claim"
