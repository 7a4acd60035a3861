// Documents what is mounted: the OpenAPI document and the page made from it, open to anybody, the same for everybody.
import type { FastifyInstance } from 'fastify'
import { securityHeaders } from '../guard/index.ts'
import { utf8Bytes } from '../kernel/index.ts'
import { DOCS_STYLE, renderDocs } from './docs-page.ts'
import type { RequestLimits } from './limits.ts'
import type { MountedRoute, ReferenceTerms } from './mounted-route.ts'
import { describeApi } from './openapi.ts'

/**
 * Collects what is mounted. Default deny: what has no record that says who may ask is never mounted.
 * @throws TypeError out of the mounting
 */
export function collectRoutes(server: FastifyInstance): readonly MountedRoute[] {
  const mounted: MountedRoute[] = []
  server.addHook('onRoute', ({ url, config }) => {
    const record = config?.record
    const access: unknown = record?.access
    if (access !== 'open' && access !== 'read' && access !== 'write' && access !== 'admin')
      throw new TypeError(`expected the route ${url} to declare its access`)
    mounted.push(record!)
  })
  return mounted
}

/** Both are made at the first request, when everything is mounted. */
export function mountReference(
  server: FastifyInstance,
  mounted: readonly MountedRoute[],
  terms: ReferenceTerms,
  limits: RequestLimits | undefined,
): void {
  const styleHash = Buffer.from(terms.digest.sha256(utf8Bytes(DOCS_STYLE))).toString('base64')
  const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
  let document: ReturnType<typeof describeApi> | undefined
  const documentOf = (): ReturnType<typeof describeApi> =>
    (document ??= describeApi(mounted, terms))
  const openapi = once(() => Buffer.from(JSON.stringify(documentOf())))
  const docs = once(() => Buffer.from(renderDocs(documentOf())))
  const path = '/openapi.json'
  const described = {
    path,
    summary: 'This API as an OpenAPI 3.1 document',
    mediaType: 'application/json',
  }
  const read = {
    path: '/docs',
    summary: 'This API as a page to read',
    mediaType: 'text/html; charset=utf-8',
  }
  server.get(path, { config: { record: documentBytes(described) } }, async (request, reply) => {
    await limits?.admitStranger(request, reply)
    return reply.type(described.mediaType).send(openapi())
  })
  server.get('/docs', { config: { record: documentBytes(read) } }, async (request, reply) => {
    await limits?.admitStranger(request, reply)
    return reply
      .headers({ ...securityHeaders('page'), 'content-security-policy': policy })
      .type(read.mediaType)
      .send(docs())
  })
}

function documentBytes(route: {
  readonly path: string
  readonly summary: string
  readonly mediaType: string
}): MountedRoute {
  const { path, summary, mediaType } = route
  return { method: 'GET', path, summary, access: 'open', answer: { mediaType } }
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}
