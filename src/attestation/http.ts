// Routes of what this deployment signs for others.
import { z } from 'zod'
import type { Route } from '../kernel/index.ts'
import type { SystemLog } from './system-log.ts'

export function makeAttestationRoutes(systemLog: SystemLog): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/trusted-root',
      summary:
        'Keys of the system log and certificates of the timestamp authority, as a trusted root of Sigstore',
      access: 'read',
      answer: { data: z.looseObject({ mediaType: z.string() }) },
      async handle() {
        return { data: await systemLog.describeTrust() }
      },
    },
  ]
}
