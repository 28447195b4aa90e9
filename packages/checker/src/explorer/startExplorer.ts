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

const respond = ({ api, files }: Served, request: IncomingMessage, response: ServerResponse): void => {
  const { method = "GET", url = "/" } = request
  const json = (status: number, body: object): void => send(response, status, "application/json", JSON.stringify(body))
  if (!isOurs(request)) return json(403, { problem: `The explorer answers to the name ${host} and localhost only.` })
  const [pathname = "/"] = url.split("?")
  try {
    if (pathname.startsWith("/api/")) {
      const { body, status } = api.answer(method, pathname)
      return json(status, body)
    }
    const file = files.get(pathname)
    if (file === undefined) return json(404, { problem: `There is no ${pathname}.` })
    if (method !== "GET") return json(405, { problem: `${method} is not possible here.` })
    send(response, 200, file.type, file.text)
  } catch (error) {
    json(500, { problem: messageOf(error) })
  }
}

/** H1. A browser sends the Origin with whatever changes something, and across origins. */
const isOurs = ({ headers, socket }: IncomingMessage): boolean => {
  const names = [host, "localhost"].map((name) => `${name}:${socket.localPort}`)
  const { host: asked, origin } = headers
  return (
    asked !== undefined && names.includes(asked) && (origin === undefined || names.includes(origin.replace("http://", "")))
  )
}

const send = (response: ServerResponse, status: number, type: string, text: string): void => {
  response.writeHead(status, {
    "content-type": `${type}; charset=utf-8`,
    "cache-control": "no-store",
    "content-security-policy":
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; " +
      "form-action 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin"
  })
  response.end(text)
}
