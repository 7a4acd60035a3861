// Serves the source tree to a browser over loopback: TypeScript with its types stripped, nothing built, nothing bundled.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { stripTypeScriptTypes } from 'node:module'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'

const ROOT = new URL('..', import.meta.url)
const MODULE_PATH = /^\/src\/(?:[a-z0-9-]+\/)*[a-z0-9-]+\.ts$/

export interface ModuleServer {
  readonly origin: string
  close(): Promise<void>
}

/** The page at `/` may run this origin's scripts and reach nothing else. */
export async function serveModules(): Promise<ModuleServer> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    answer(path).then(
      ({ type, body }) => {
        response.setHeader('content-type', type)
        response.setHeader('content-security-policy', "default-src 'none'; script-src 'self'")
        response.end(body)
      },
      () => {
        response.statusCode = 404
        response.end()
      },
    )
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(path: string): Promise<{ readonly type: string; readonly body: string }> {
  if (path === '/') return { type: 'text/html', body: '<!doctype html><title>verify</title>' }
  if (!MODULE_PATH.test(path)) throw new Error(`expected a module of the source, got ${path}`)
  const source = await readFile(fileURLToPath(new URL(`.${path}`, ROOT)), 'utf8')
  return { type: 'text/javascript', body: stripTypeScriptTypes(source) }
}
