/** What becomes of a mutant. */
export type Fate =
  | {
      readonly _tag: "Killed"
      readonly property: string
      readonly configuration: string
      /** States of the mutant that were looked at until then. */
      readonly states: number
      /** Steps of the counterexample; null if it is that something is never seen. */
      readonly length: number | null
      /** It was found by a whole search: no counterexample is shorter. */
      readonly isShortest: boolean
    }
  | {
      readonly _tag: "Equivalent"
      /**
       * `unreached`: no configuration reaches what was changed. `steps`: every step is taken as by the original. `graph`:
       * some steps send in another order, and that changes nothing anywhere.
       */
      readonly by: "unreached" | "steps" | "graph"
    }
  | {
      readonly _tag: "Survived"
      readonly differsIn: ReadonlyArray<string>
      /** Configurations that were not explored to the end. */
      readonly unboundedIn: ReadonlyArray<string>
    }
