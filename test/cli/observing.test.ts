import { createServer } from "node:http"
import { join } from "node:path"
import { describe, expect, it, vi } from "vitest"
import { runHere } from "./runHere.ts"
import { makeFolder, runTidemark, startTidemark, tally, untilVisible } from "./runTidemark.ts"

const command = (folder: string, options: ReadonlyArray<string>, args: ReadonlyArray<string> = []) => [
  ...["run", tally, "--checkpoints", join(folder, "checkpoints"), ...options],
  ...["--", "--out", join(folder, "out"), ...args]
]

/** A collector that remembers what it is sent, by path. */
const startCollector = async () => {
  const sent: Array<{ readonly path: string; readonly body: string }> = []
  const server = createServer((request, response) => {
    let body = ""
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text
    })
    request.on("end", () => {
      sent.push({ path: request.url ?? "", body })
      response.writeHead(200, { "content-type": "application/json" }).end("{}")
    })
  })
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return { url: `http://127.0.0.1:${port}`, port, sent, close: () => server.close() }
}

describe("a run that is watched", () => {
  it("serves metrics and health, logs JSON, and sends traces to a collector", async () => {
    const folder = makeFolder()
    const collector = await startCollector()
    const options = ["--metrics-port", "0", "--log-format", "json", "--otlp-url", collector.url]
    const run = startTidemark(command(folder, options, ["--records", "2000", "--pause-ms", "10"]))
    let log = ""
    run.process.stderr?.on("data", (text: string) => {
      log += text
    })
    await untilVisible(join(folder, "out"))
    const url = await vi.waitFor(() => {
      const found = /metrics: (http:\/\/127\.0\.0\.1:\d+)\/metrics/.exec(log)?.[1]
      expect(found).toBeDefined()
      return found ?? ""
    }, 60_000)
    const metrics = await fetch(`${url}/metrics`)
    expect(metrics.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8")
    const text = await metrics.text()
    expect(text).toContain("# TYPE tidemark_records_in_total counter\n")
    expect(text).toMatch(/\ntidemark_checkpoints_total\{job="tally",outcome="completed",reason=""\} [1-9]/)
    expect(text).toMatch(/\ntidemark_state_entries\{job="tally",operator="tally",state="reduced"\} 3\n/)
    const health = await fetch(`${url}/healthz`)
    expect([health.status, await health.json()]).toEqual([200, { status: "running" }])
    expect((await fetch(`${url}/elsewhere`)).status).toBe(404)
    expect((await fetch(`${url}/metrics`, { method: "POST" })).status).toBe(405)

    const port = new URL(url).port
    const busy = await runHere(command(makeFolder(), ["--metrics-port", port]))
    expect(busy.code).toBe(2)
    expect(busy.error).toBe(
      `--metrics-port ${port}: another process listens there (127.0.0.1). Choose another port, or 0 for any free one.`
    )

    // Whoever looks into a directory disturbs nobody: the job runs on.
    const looked = await runHere(["state", "get", join(folder, "checkpoints"), "--operator", "tally", "--key", "b1"])
    expect(looked.stdout).toContain('"key":"b1"')
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: "running" })

    run.process.kill("SIGTERM")
    const ended = await run.ended
    collector.close()
    expect(ended.code).toBe(0)
    const lines = ended.stderr
      .trimEnd()
      .split("\n")
      .map((line): Readonly<Record<string, unknown>> => JSON.parse(line))
    for (const line of lines) {
      expect(line).toMatchObject({
        ...{ time: expect.stringMatching(/^20.*Z$/), job: "tally" },
        ...{ level: expect.stringMatching(/^(debug|info|warn|error)$/), message: expect.any(String) }
      })
    }
    expect(lines).toContainEqual(
      expect.objectContaining({
        event: "CheckpointCompleted",
        level: "info",
        checkpoint: 1,
        durationMs: expect.any(Number)
      })
    )
    expect(lines.at(-1)).toMatchObject({ event: "Ended", outcome: "stopped" })

    const traces = collector.sent.filter(({ path }) => path === "/v1/traces").map(({ body }) => body)
    for (const name of ["checkpoint", "trigger", "capture", "write", "finalize", "commit"]) {
      expect(traces.join("\n")).toContain(`"tidemark.${name}"`)
    }
    const sentMetrics = collector.sent.filter(({ path }) => path === "/v1/metrics").map(({ body }) => body)
    expect(sentMetrics.join("\n")).toContain('"tidemark_records_in_total"')
  })

  it("says an error as a line of JSON, too", async () => {
    const run = await runTidemark(command(makeFolder(), ["--log-format", "json"], ["--fail-at", "7"]))
    expect(run.code).toBe(1)
    const last = JSON.parse(run.stderr.trimEnd().split("\n").at(-1) ?? "")
    expect(last).toMatchObject({
      level: "error",
      job: "tally",
      message: expect.stringContaining("this number is not wanted")
    })
  })

  it("is refused with options that cannot work, before anything runs", async () => {
    const port = await runHere(command(makeFolder(), ["--metrics-port", "70000"]))
    expect([port.code, port.error]).toEqual([2, "--metrics-port is 70000; use a port from 0 to 65535."])
    const url = await runHere(command(makeFolder(), ["--otlp-url", "collector"]))
    expect([url.code, url.error]).toEqual([
      2,
      "--otlp-url collector: give the address of a collector, such as http://127.0.0.1:4318."
    ])
  })
})
