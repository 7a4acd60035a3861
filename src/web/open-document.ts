// Mounts documents that anybody may read, such as the public keys of service tokens.
import type { FastifyInstance } from 'fastify'
import type { RequestLimits } from './limits.ts'
import type { MountedRoute } from './mounted-route.ts'

/** How long a public document may be kept by whoever read it. */
const DOCUMENT_AGE_S = 300

/** A public JSON document, read without any key; whoever asks is counted as a stranger. */
export interface OpenDocument {
  readonly path: string
  readonly summary: string
  read(): Promise<unknown>
}

export function mountDocument(
  server: FastifyInstance,
  document: OpenDocument,
  limits: RequestLimits | undefined,
): void {
  const { path, summary } = document
  const answer = { mediaType: 'application/json' }
  const record: MountedRoute = { method: 'GET', path, summary, access: 'open', answer }
  server.get(path, { config: { record } }, async (request, reply) => {
    await limits?.admitStranger(request, reply)
    const text = JSON.stringify(await document.read())
    void reply.header('cache-control', `public, max-age=${DOCUMENT_AGE_S}`)
    return reply.type('application/json').send(text)
  })
}
