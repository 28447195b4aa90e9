/**
 * The explorer's server.
 *
 * H1 It listens on 127.0.0.1 only, and refuses requests whose Host or Origin is another name: a page elsewhere that gets
 *    a browser to resolve its name to this machine reads nothing.
 * H2 It serves its own page and the API, nothing from the disk that a request names.
 * H3 The page loads nothing from elsewhere; its content security policy says so.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { messageOf, UsageInvalid } from "../cli/failures.ts"
import type { ProblemDocument } from "./documents.ts"
import { ExplorerApi, type ExplorerOptions } from "./ExplorerApi.ts"
import { type PageFile, readPageFiles } from "./pageFiles.ts"

export interface Explorer {
  readonly url: string
  readonly close: () => Promise<void>
}

const host = "127.0.0.1"

/** Fails: `UsageInvalid` if the port is taken. Port 0 takes a free one. */
export const startExplorer = async (options: ExplorerOptions & { readonly port: number }): Promise<Explorer> => {
  const api = new ExplorerApi(options)
  const files = readPageFiles()
  const server = createServer((request, response) => respond({ api, files }, request, response))
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(cannotListen(options.port, error)))
    server.listen(options.port, host, resolve)
  })
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : options.port
  return {
    url: `http://${host}:${port}/`,
    close: async () => {
      await api.close()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    }
  }
}

const cannotListen = (port: number, error: Error): UsageInvalid =>
  new UsageInvalid(`The explorer cannot listen on port ${port} of ${host}: ${error.message}. Choose another --port.`)

interface Served {
  readonly api: ExplorerApi
  readonly files: ReadonlyMap<string, PageFile>
}

const respond = (served: Served, request: IncomingMessage, response: ServerResponse): void => {
  const { status, text, type } = answerTo(served, request)
  response.writeHead(status, { ...headers, "content-type": `${type}; charset=utf-8` })
  response.end(text)
}

interface Answer extends PageFile {
  readonly status: number
}

const answerTo = ({ api, files }: Served, request: IncomingMessage): Answer => {
  const { method = "GET", url = "/" } = request
  if (!isOurs(request)) return refusal(403, `The explorer answers to the names ${host} and localhost only.`)
  const [pathname = "/"] = url.split("?")
  try {
    if (pathname.startsWith("/api/")) {
      const { body, status } = api.answer(method, pathname)
      return json(status, body)
    }
    const file = files.get(pathname)
    if (file === undefined) return refusal(404, `There is no ${pathname}.`)
    return method === "GET" ? { status: 200, ...file } : refusal(405, `${method} is not possible here.`)
  } catch (error) {
    return refusal(500, messageOf(error))
  }
}

const json = (status: number, body: object): Answer => ({
  status,
  type: "application/json",
  text: JSON.stringify(body)
})

const refusal = (status: number, problem: string): Answer => json(status, { problem } satisfies ProblemDocument)

/** H1. A browser sends the Origin with whatever changes something, and across origins. */
const isOurs = ({ headers, socket }: IncomingMessage): boolean => {
  const names = [host, "localhost"].map((name) => `${name}:${socket.localPort}`)
  const { host: asked, origin } = headers
  return (
    asked !== undefined &&
    names.includes(asked) &&
    (origin === undefined || names.includes(origin.replace("http://", "")))
  )
}

const headers = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin"
}
