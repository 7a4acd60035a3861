// Routes of stored evidence.
import { z } from 'zod'
import type { Route } from '../kernel/index.ts'
import type { Evidence } from './service.ts'

const keptSchema = z.strictObject({ digest: z.string() })

export function makeEvidenceRoutes(evidence: Evidence): readonly Route[] {
  return [
    {
      method: 'PUT',
      path: '/v1/evidence/:digest',
      summary: 'Store evidence bytes under their digest',
      access: 'write',
      environment: 'none',
      repetition: 'harmless',
      accepts: 'bytes',
      answer: { statuses: [201], data: keptSchema },
      async handle({ principal, params, body }) {
        const digest = await evidence.keep(
          principal.tenantId,
          params['digest'] ?? '',
          body as Uint8Array,
        )
        return { status: 201, data: { digest } }
      },
    },
    {
      method: 'GET',
      path: '/v1/evidence/:digest',
      summary: 'Read stored evidence',
      access: 'read',
      answer: { mediaType: 'application/octet-stream' },
      async handle({ principal, params }) {
        const bytes = await evidence.read(principal.tenantId, params['digest'] ?? '')
        return { bytes, mediaType: 'application/octet-stream' }
      },
    },
  ]
}
