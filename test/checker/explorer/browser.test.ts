/**
 * The mutant's counterexample, walked by clicking. Needs Chromium (`CHROMIUM_PATH`, or on the path); without it the same
 * walk goes through the page's own client, and what only a browser can show is not tested: a notice says so.
 */
import { type Browser, chromium, type Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { loadModels } from "../../../packages/checker/src/cli/moduleContract.ts"
import { check } from "../../../packages/checker/src/search/check.ts"
import { describeAction } from "../../../packages/checker/src/trace/describeAction.ts"
import { findChromium } from "./findChromium.ts"
import { fixture, mutant, serve } from "./served.ts"
import { BrowserWalker, ClientWalker, type Walker } from "./Walker.ts"

const executablePath = findChromium(process.env)
if (executablePath === null) {
  process.stderr.write("notice: no Chromium here: the explorer is walked through its client, not in a browser.\n")
}

const { client, explorer } = await serve("checkout")
const address = `#/${encodeURIComponent(mutant)}/`

/** What the mutant's shortest counterexample does, in words. */
const counterexample = async (): Promise<ReadonlyArray<string>> => {
  const model = (await loadModels(fixture("checkout"))).find(({ system }) => system.name === mutant)
  if (model === undefined) throw new Error("The mutant is gone.")
  const { violations } = check(model.system, model.properties ?? [])
  return violations[0]?.trace.steps.map(describeAction) ?? []
}

const walksTheCounterexample = async (walker: Walker): Promise<void> => {
  const steps = await counterexample()
  expect(steps).toHaveLength(3)
  await walker.open(address)
  expect(await walker.seen()).toMatchObject({
    steps: [],
    lit: ["shop", "shop.waiting", "bank", "bank.open"],
    violated: []
  })
  for (const step of steps) {
    expect((await walker.seen()).violated).toEqual([])
    await walker.act(step)
  }
  const end = await walker.seen()
  expect(end).toMatchObject({ steps, taken: ["bank.open#0"], violated: ["nobody is charged twice"] })

  await walker.reload()
  expect(await walker.seen()).toEqual(end)

  await walker.act("shop receives paid from answers")
  expect(await walker.seen()).toMatchObject({
    lit: ["shop", "shop.delivered", "bank", "bank.open"],
    taken: ["shop.waiting#0"]
  })
  await walker.back()
  expect(await walker.seen()).toMatchObject({ hash: end.hash, lit: end.lit, violated: end.violated, taken: end.taken })
  await walker.back()
  expect(await walker.seen()).toMatchObject({ steps: steps.slice(0, 2), violated: [] })
}

if (executablePath === null) {
  it("the explorer's client walks the mutant's counterexample, reloads and goes back", async () => {
    await walksTheCounterexample(new ClientWalker(client))
  })
} else {
  describe("the explorer in Chromium", () => {
    let browser: Browser
    let page: Page
    const complaints: Array<string> = []
    const foreign: Array<string> = []

    beforeAll(async () => {
      browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] })
      page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
      page.on("pageerror", (error) => complaints.push(error.message))
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) complaints.push(message.text())
      })
      page.on("request", (asked) => {
        if (!asked.url().startsWith(explorer.url) && !asked.url().startsWith("data:")) foreign.push(asked.url())
      })
    })

    afterAll(() => browser?.close())

    const step = (): Promise<string | null> => page.locator(".trail .here .number").textContent()
    const focused = (): Promise<string | null> =>
      page.locator(":focus").getAttribute("data-action", { timeout: 60_000 })

    it("walks the mutant's counterexample by clicking, reloads and goes back", async () => {
      await walksTheCounterexample(new BrowserWalker(page, explorer.url))
    })

    it("searches, jumps to the counterexample, and follows it step by step", async () => {
      await new BrowserWalker(page, explorer.url).open(address)
      await page.locator("#search").click()
      await page.locator(".jump.counterexample").click()
      await expect.poll(step).toBe("3")
      expect(await page.locator("#status").textContent()).toContain("complete")
      const words = await page.locator("[data-property='nobody is charged twice']").textContent()
      expect(words).toContain("violated: 2 charges")
      await page.locator(".trail li").nth(1).click()
      await expect.poll(step).toBe("1")
      expect(await page.locator(".trail li.ahead").count()).toBe(2)
      await page.locator(".action.next").click()
      await expect.poll(step).toBe("2")
      await page.locator(".jump.witness").click()
      await expect
        .poll(() => page.locator(".property.seen").getAttribute("data-property"))
        .toBe("an answer is lost after the charge")
      expect(await page.locator("[data-slot='budget lose'].changed").textContent()).toContain("0 left")
    })

    it("is walked with the keyboard alone", async () => {
      await new BrowserWalker(page, explorer.url).open(address)
      await page.reload()
      await expect.poll(focused).toBe("0")
      await page.keyboard.press("ArrowDown")
      await page.keyboard.press("ArrowDown")
      expect(await focused()).toBe("2")
      await page.keyboard.press("ArrowUp")
      expect(await focused()).toBe("1")
      await page.keyboard.press("Enter")
      await expect.poll(step).toBe("1")
      expect(page.url()).toBe(`${explorer.url}${address}1`)
      await expect.poll(focused).toBe("0")
      await page.keyboard.press("Backspace")
      await expect.poll(step).toBe("0")
      await page.keyboard.press("ArrowRight")
      await expect.poll(step).toBe("1")
    })

    it("says so when an address leads nowhere, and offers the part that can be walked", async () => {
      await new BrowserWalker(page, explorer.url).open(address)
      await page.evaluate(`location.hash = "${address}0.99"`)
      await page.locator("#notice a").click()
      await expect.poll(step).toBe("1")
      expect(await page.locator("#notice").isHidden()).toBe(true)
      complaints.splice(0, complaints.length, ...complaints.filter((text) => !text.includes("404")))
    })

    it("fits its window, wide or narrow, in light and in dark", async () => {
      const colors = new Set<string>()
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme })
        for (const width of [1280, 390]) {
          await page.setViewportSize({ width, height: 800 })
          const surplus = Number(await page.evaluate("document.documentElement.scrollWidth - innerWidth"))
          expect(surplus, `${width} px`).toBeLessThanOrEqual(0)
        }
        colors.add(String(await page.evaluate("getComputedStyle(document.body).backgroundColor")))
      }
      expect(colors.size).toBe(2)
    })

    it("has complained about nothing and asked nobody else", () => {
      expect({ complaints, foreign }).toEqual({ complaints: [], foreign: [] })
    })
  })
}
