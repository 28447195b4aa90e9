/** Properties of the list that do not apply yet, and what they wait for. */
export const waiting: Readonly<Record<string, string>> = {
  S21: "Sources that acknowledge positions upstream: no source does; the snapshot holds them.",
  S22: "Watermarks are no concern of any machine: they are part of the data plane's state, and tested there.",
  S25: "A change of parallelism between two runs is a concern of the state backend, and tested there; within a run there is none.",
  "unaligned barriers (S4, S16)": "The alignment is always aligned."
}
