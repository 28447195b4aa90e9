import { request } from "node:http"
import { describe, expect, it } from "vitest"
import { loadModels } from "../../../packages/checker/src/cli/moduleContract.ts"
import { startExplorer } from "../../../packages/checker/src/explorer/startExplorer.ts"
import { fixture, serve } from "./served.ts"

const { explorer } = await serve("checkout")
const { host, port } = new URL(explorer.url)

interface Answer {
  readonly status: number
  readonly text: string
  readonly type: string
  readonly policy: string
}

/** Asks for a path exactly as it is written: `fetch` would tidy it up. */
const ask = (path: string, headers: Readonly<Record<string, string>> = {}, method = "GET"): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (response) => {
      let text = ""
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk
      })
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          text,
          type: String(response.headers["content-type"]),
          policy: String(response.headers["content-security-policy"])
        })
      )
    })
    asked.on("error", reject).end()
  })

describe("the explorer's server", () => {
  it("listens on one loopback address only (H1)", async () => {
    expect(explorer.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
    await expect(fetch(`http://127.0.0.2:${port}/`)).rejects.toThrow("fetch failed")
  })

  it("answers to its own names, and to no other Host or Origin (H1)", async () => {
    expect((await ask("/api/systems", { host: `localhost:${port}` })).status).toBe(200)
    for (const foreign of ["evil.example", `evil.example:${port}`, "127.0.0.1", "127.0.0.1:1"]) {
      expect(await ask("/api/systems", { host: foreign }), `host "${foreign}"`).toMatchObject({
        status: 403,
        text: expect.not.stringContaining("checkout")
      })
    }
    const post = (origin: string) => ask("/api/check/checkout", { host, origin }, "POST")
    expect((await post("http://evil.example")).status).toBe(403)
    expect((await post("null")).status).toBe(403)
    expect((await ask("/api/check/checkout", { host })).text).toContain('"none"')
    expect((await post(`http://${host}`)).status).toBe(200)
  })

  it("serves nothing from the disk but its page (H2)", async () => {
    for (const path of [
      "/page/../../../package.json",
      "/page/..%2f..%2fdocuments.ts",
      "/../package.json",
      "//etc/passwd",
      "/page/",
      "/page/tsconfig.json",
      "/package.json"
    ]) {
      expect((await ask(path, { host })).status, path).toBe(404)
    }
  })

  it("refuses what it does not know, and methods that make no sense", async () => {
    expect((await ask("/api/nothing", { host })).status).toBe(404)
    expect((await ask("/api/check/checkout/1", { host })).status).toBe(404)
    expect((await ask("/api/state/%E0%A4%A/0", { host })).status).toBe(404)
    expect((await ask("/api/state/checkout/0..1", { host })).status).toBe(400)
    expect((await ask("/api/state/checkout", { host })).status).toBe(200)
    expect((await ask("/api/state/checkout", { host }, "POST")).status).toBe(405)
    expect((await ask("/api/systems", { host }, "DELETE")).status).toBe(405)
    expect((await ask("/", { host }, "PUT")).status).toBe(405)
  })

  it("says which port is taken", async () => {
    const module = fixture("checkout")
    const second = startExplorer({ module, models: await loadModels(module), port: Number(port) })
    await expect(second).rejects.toThrow(`cannot listen on port ${port}`)
  })
})

describe("the explorer's page", () => {
  it("is made of modules that are all served, as JavaScript, and loads nothing from elsewhere (H3)", async () => {
    const document = await ask("/", { host })
    expect(document.type).toContain("text/html")
    expect(document.policy).toContain("default-src 'none'")
    const seen = new Map<string, string>()
    const follow = async (path: string): Promise<void> => {
      if (seen.has(path)) return
      const { status, text, type } = await ask(path, { host })
      expect({ path, status }).toEqual({ path, status: 200 })
      seen.set(path, text)
      if (!type.includes("javascript")) return
      for (const [, specifier = ""] of text.matchAll(/\bfrom "([^"]+)"/g)) {
        await follow(new URL(specifier, `http://${host}${path}`).pathname)
      }
    }
    for (const [, path = ""] of document.text.matchAll(/(?:src|href)="(\/[^"]+)"/g)) await follow(path)
    expect(seen.size).toBeGreaterThan(8)
    const everything = [document.text, ...seen.values()].join("\n").replaceAll("http://www.w3.org/2000/svg", "")
    expect(everything).not.toMatch(/https?:\/\//)
    expect(everything).not.toContain(": ReadonlyArray<")
  })
})
