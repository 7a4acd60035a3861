// Serves modules to a browser over loopback: the source tree with its types stripped, or a package as it was installed.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { stripTypeScriptTypes } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = new URL('..', import.meta.url)
const SOURCE_PATH = /^\/src\/(?:[a-z0-9-]+\/)*[a-z0-9-]+\.ts$/
const PACKED_PATH = /^\/(?:[a-z0-9-]+\/)*[a-zA-Z0-9-]+\.js$/

export interface ModuleServer {
  readonly origin: string
  close(): Promise<void>
}

/**
 * The page at `/` may run this origin's scripts and reach nothing else.
 * @param packed folder of compiled modules to serve instead of the source
 */
export async function serveModules(packed?: string): Promise<ModuleServer> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    answer(path, packed).then(
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

async function answer(
  path: string,
  packed: string | undefined,
): Promise<{ readonly type: string; readonly body: string }> {
  if (path === '/') return { type: 'text/html', body: '<!doctype html><title>verify</title>' }
  if (!(packed === undefined ? SOURCE_PATH : PACKED_PATH).test(path))
    throw new Error(`expected a module, got ${path}`)
  const file = packed === undefined ? fileURLToPath(new URL(`.${path}`, ROOT)) : join(packed, path)
  const text = await readFile(file, 'utf8')
  return { type: 'text/javascript', body: packed === undefined ? stripTypeScriptTypes(text) : text }
}
