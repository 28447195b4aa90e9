import { describe, expect, it } from "vitest"
import { component } from "../../../packages/checker/src/system/Component.ts"
import { system } from "../../../packages/checker/src/system/System.ts"
import { toMermaid } from "../../../packages/checker/src/trace/toMermaid.ts"
import { lease, tour } from "./lease.ts"
import { pathOf } from "./paths.ts"
import { walk } from "./walker.ts"

/** The part of Mermaid's grammar that the diagrams use. */
const statements = [
  /^sequenceDiagram$/,
  /^ {2}participant p\d+ as ([^#;\n<>]|#(\d+|lt|gt);)+$/,
  /^ {2,4}p\d+(->>|-->>|-x)p\d+: ([^#;\n<>]|#(\d+|lt|gt);)+$/,
  /^ {2,4}Note over p\d+(,p\d+)?: ([^#;\n<>]|#(\d+|lt|gt);)+$/,
  /^ {2}loop for ever$/,
  /^ {2}end$/
]

const expectValid = (diagram: string): void => {
  const lines = diagram.split("\n")
  for (const line of lines)
    expect(
      statements.filter((statement) => statement.test(line)),
      line
    ).toHaveLength(1)
  const declared = new Set(lines.flatMap((line) => line.match(/participant (p\d+)/)?.slice(1) ?? []))
  const used = lines.flatMap((line) => line.split(":")[0]?.match(/\bp\d+/g) ?? [])
  expect(used.filter((id) => !declared.has(id))).toEqual([])
}

describe("toMermaid", () => {
  it("draws every kind of action between components, channels without a sender, and resources", () => {
    const diagram = toMermaid(lease, pathOf(lease, tour))
    expectValid(diagram)
    expect(diagram.split("\n")).toEqual([
      "sequenceDiagram",
      ...["a", "b", "server", "requests", "office", "log"].map((name, index) => `  participant p${index} as ${name}`),
      "  p1->>p1: want",
      "  Note over p1: waiting",
      '  p3->>p2: requested(by: "b") (and once more later)',
      "  Note over p2: leased",
      '  p5-->>p2: {grant: "b"} of server stays in flight, and the answer says that nobody knows',
      "  p2->>p1: granted",
      "  Note over p1: holding",
      "  Note over p2: timer lease of server fires",
      "  Note over p2: free",
      "  p0->>p0: want",
      "  Note over p0: waiting",
      '  p3->>p2: requested(by: "a")',
      "  Note over p2: leased",
      '  p3->>p2: requested(by: "b")',
      "  p2-xp0: granted is lost",
      "  Note over p2: timer lease of server fires",
      '  p5-->>p2: {grant: "a"} of server fails',
      '  Note over p5: {grant: "b"} lands late',
      "  Note over p0,p5: new shift happens",
      "  p4->>p0: shift",
      "  Note over p0: laptop crashes",
      "  Note over p0: laptop comes back"
    ])
  })

  it("puts a box around the loop of a lasso", () => {
    const steps = [{ _tag: "Internal" }, { _tag: "Internal" }, { _tag: "Internal" }] as const
    const diagram = toMermaid(walk, pathOf(walk, steps, 1))
    expectValid(diagram)
    expect(diagram.split("\n").slice(2)).toEqual([
      "  p0->>p0: leave",
      "  Note over p0: north",
      "  loop for ever",
      "    p0->>p0: turn",
      "    Note over p0: south",
      "    p0->>p0: turn",
      "    Note over p0: north",
      "  end"
    ])
    const stays = toMermaid(walk, pathOf(walk, [{ _tag: "Internal" }], 1))
    expectValid(stays)
    expect(stays).toContain("    Note over p0: nothing happens any more")
  })

  it("draws the empty path", () => {
    expect(toMermaid(walk, pathOf(walk, []))).toBe("sequenceDiagram\n  participant p0 as walk")
  })

  it("escapes what Mermaid would read as its own", () => {
    const name = "end; #1 <b>"
    const odd = system({
      name: "odd",
      components: [
        component<number>({
          name,
          start: () => ({ state: 0, effects: [] }),
          step: (state) => ({ state: 1 - state, effects: [] }),
          internal: () => [{ type: "x;\nend %% #y" }]
        })
      ],
      initially: [{ _tag: "Start", component: name, input: null }]
    })
    const diagram = toMermaid(odd, pathOf(odd, [{ _tag: "Internal" }]))
    expectValid(diagram)
    expect(diagram.split("\n").slice(1, 3)).toEqual([
      "  participant p0 as end#59; #35;1 #lt;b#gt;",
      "  p0->>p0: x#59; end %% #35;y"
    ])
  })
})
