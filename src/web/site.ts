// Serves the one page of a site and its files: open to anybody, because they hold no fact; the API behind them asks for a key.
import { createHash } from 'node:crypto'
import { extname } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { securityHeaders } from '../guard/index.ts'
import { webFault } from './errors.ts'
import { isKnownTag } from './entity-tag.ts'
import type { MountedRoute } from './mounted-route.ts'

export interface Site {
  /** Addresses that all show `index.html`, which looks at the address itself. */
  readonly pages: readonly string[]
  /** Sources of styles allowed besides the site's own, as a policy names them. */
  readonly styles: readonly string[]
  /** Files by their path; asked once, with the first request. What is below `assets/` has a name that changes with it. */
  read(): Promise<ReadonlyMap<string, Uint8Array>>
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
}
const UNCHANGING = 'public, max-age=31536000, immutable'

interface Prepared {
  readonly bytes: Uint8Array
  readonly zipped: Uint8Array
  readonly mediaType: string
  readonly etag: string
}

export function mountSite(server: FastifyInstance, site: Site): void {
  const headers = siteHeaders(site)
  let asked: Promise<ReadonlyMap<string, Prepared>> | undefined
  const prepared = async (): Promise<ReadonlyMap<string, Prepared>> => {
    asked ??= site.read().then(prepareFiles)
    try {
      return await asked
    } catch (error) {
      // The next request tries again: what was missing may be there by then.
      asked = undefined
      throw error
    }
  }
  const send = async (
    request: FastifyRequest,
    reply: FastifyReply,
    path: string,
  ): Promise<FastifyReply> => {
    const file = (await prepared()).get(path)
    if (file === undefined)
      throw webFault('WEB_ROUTE_UNKNOWN', `expected a known route, got GET /${path}`)
    void reply.headers({
      ...headers,
      'cache-control': path.startsWith('assets/') ? UNCHANGING : 'no-cache',
      etag: file.etag,
      vary: 'accept-encoding',
    })
    if (isKnownTag(request.headers['if-none-match'], file.etag)) return reply.code(304).send()
    void reply.type(file.mediaType)
    const isZipped = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
    if (isZipped) void reply.header('content-encoding', 'gzip')
    return reply.send(Buffer.from(isZipped ? file.zipped : file.bytes))
  }
  for (const page of site.pages) {
    const config = { record: describeFile(page, 'A page of the site') }
    server.get(page, { config }, (request, reply) => send(request, reply, 'index.html'))
  }
  const path = '/assets/:file'
  const config = { record: describeFile(path, 'A file of the site') }
  server.get(path, { config }, (request, reply) =>
    send(request, reply, `assets/${(request.params as { readonly file: string }).file}`),
  )
}

function describeFile(path: string, summary: string): MountedRoute {
  return { method: 'GET', path, summary, access: 'open', answer: { mediaType: '*/*' } }
}

/** Scripts and requests to this very server and nowhere else; no text of a script ever becomes markup (Trusted Types). */
function siteHeaders({ styles }: Site): Readonly<Record<string, string>> {
  return securityHeaders('page', {
    csp: {
      'default-src': ["'none'"],
      'script-src': ["'self'"],
      'style-src': ["'self'", ...styles],
      'connect-src': ["'self'"],
      'img-src': ['data:'],
      'frame-src': ['blob:'],
      'base-uri': ["'none'"],
      'form-action': ["'none'"],
      'frame-ancestors': ["'none'"],
      'object-src': ["'none'"],
      'require-trusted-types-for': ["'script'"],
      'trusted-types': ["'none'"],
    },
  })
}

function prepareFiles(files: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, Prepared> {
  return new Map(
    [...files].map(([path, bytes]) => [
      path,
      {
        bytes,
        zipped: gzipSync(bytes),
        mediaType: MEDIA_TYPES[extname(path)] ?? 'application/octet-stream',
        etag: `"${createHash('sha256').update(bytes).digest('base64url')}"`,
      },
    ]),
  )
}
