import { makeRandom, type Random } from "../../harness/random.ts"
import type { Scale } from "../../harness/scale.ts"
import type { Step } from "./Chain.ts"
import type { Item } from "./objects.ts"
import { opponents } from "./opponents.ts"

/** The other libraries meet as many functions and shapes as the runtime does. */
export const polluteOpponents = async (scale: Scale): Promise<void> => {
  const random = makeRandom(11)
  const chains = scale.pick({ full: 50, quick: 50, tiny: 2 })
  for (let i = 0; i < chains; i++) {
    const items = Array.from({ length: 500 }, (_, id) => ({
      [`extra${random.below(8)}`]: i,
      id,
      value: random.below(99)
    }))
    const rest = Array.from({ length: random.below(6) }, () => randomStep(random))
    const amount = random.below(9)
    const first = ({ id, value }: Item): Item => ({ id, value: value + amount })
    for (const { run } of opponents) await run(items, { first, rest }, { keep: () => {} })
  }
}

const randomStep = (random: Random): Step<Item> => {
  const amount = 1 + random.below(50)
  switch (random.below(3)) {
    case 0:
      return { _tag: "Filter", keeps: (item) => item.value % 50 !== amount }
    case 1:
      return { _tag: "Map", f: (item) => ({ ...item, value: item.value + amount }) }
    default:
      return { _tag: "Map", f: ({ id, value }) => ({ value: value ^ amount, id, amount }) }
  }
}
