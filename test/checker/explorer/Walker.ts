/**
 * Somebody who walks through the explorer by what it shows: in a browser, or, where there is none, through the modules
 * that the page itself uses to read addresses and to ask the server.
 */
import type { Page } from "playwright-core"
import { expect } from "vitest"
import type { StateDocument } from "../../../packages/checker/src/explorer/documents.ts"
import type { Client } from "../../../packages/checker/src/explorer/page/client.ts"
import { formatRoute, parseRoute } from "../../../packages/checker/src/explorer/page/route.ts"

export interface Walker {
  readonly open: (hash: string) => Promise<void>
  /** Does the action with this text. */
  readonly act: (text: string) => Promise<void>
  readonly reload: () => Promise<void>
  readonly back: () => Promise<void>
  readonly seen: () => Promise<Seen>
}

export interface Seen {
  readonly hash: string
  readonly steps: ReadonlyArray<string>
  /** Ids of the lit states, of all machines. */
  readonly lit: ReadonlyArray<string>
  /** Ids of the transitions that are marked as taken. */
  readonly taken: ReadonlyArray<string>
  /** Names of the properties that are violated here. */
  readonly violated: ReadonlyArray<string>
}

export class BrowserWalker implements Walker {
  readonly #page: Page
  readonly #url: string

  constructor(page: Page, url: string) {
    this.#page = page
    this.#url = url
  }

  async open(hash: string): Promise<void> {
    await this.#page.goto(`${this.#url}${hash}`)
    await this.#page.waitForSelector(".trail .here")
  }

  async act(text: string): Promise<void> {
    const before = this.#page.url()
    await this.#page.locator(".action", { hasText: text }).first().click()
    expect(this.#page.url()).not.toBe(before)
    await this.#settled()
  }

  async reload(): Promise<void> {
    await this.#page.reload()
    await this.#settled()
  }

  async back(): Promise<void> {
    await this.#page.goBack()
    await this.#settled()
  }

  async seen(): Promise<Seen> {
    const page = this.#page
    const attributes = (selector: string, name: string): Promise<ReadonlyArray<string>> =>
      page
        .locator(selector)
        .evaluateAll((elements, key) => elements.map((element) => element.getAttribute(key) ?? ""), name)
    return {
      hash: new URL(page.url()).hash,
      steps: await page.locator(".trail li:not(.ahead) .step").allTextContents(),
      lit: await attributes(".node.active", "data-node"),
      taken: await attributes(".transition.taken", "data-transition"),
      violated: await attributes(".property.violated", "data-property")
    }
  }

  /** The page shows as many steps as its address has. */
  async #settled(): Promise<void> {
    const { path } = parseRoute(new URL(this.#page.url()).hash) ?? { path: [] }
    const number = this.#page.locator(".trail .here .number", { hasText: new RegExp(`^${path.length}$`) })
    await number.waitFor()
  }
}

export class ClientWalker implements Walker {
  readonly #client: Client
  #hashes: ReadonlyArray<string> = []
  #state: StateDocument | null = null

  constructor(client: Client) {
    this.#client = client
  }

  async open(hash: string): Promise<void> {
    this.#hashes = [...this.#hashes, hash]
    await this.reload()
  }

  async act(text: string): Promise<void> {
    const state = this.#shown()
    const action = state.actions.find((candidate) => candidate.text === text)
    if (action === undefined) throw new Error(`Nobody can do "${text}" here.`)
    await this.open(formatRoute({ system: state.system, path: [...state.path, action.index] }))
  }

  async reload(): Promise<void> {
    const route = parseRoute(this.#hashes.at(-1) ?? "")
    if (route === null) throw new Error(`"${this.#hashes.at(-1)}" is no address.`)
    this.#state = await this.#client.state(route.system, route.path)
  }

  async back(): Promise<void> {
    this.#hashes = this.#hashes.slice(0, -1)
    await this.reload()
  }

  async seen(): Promise<Seen> {
    const { components, properties, steps } = this.#shown()
    const charts = components.flatMap((component) => component.charts)
    return {
      hash: this.#hashes.at(-1) ?? "",
      steps: steps.map(({ text }) => text),
      lit: charts.flatMap(({ active }) => active),
      taken: charts.flatMap(({ taken }) => taken),
      violated: properties.flatMap(({ name, status }) => (status === "violated" ? [name] : []))
    }
  }

  #shown(): StateDocument {
    if (this.#state === null) throw new Error("Open an address first.")
    return this.#state
  }
}
