// Routes of what this deployment signs for others, and of its log.
import { z } from 'zod'
import type { Route } from '../kernel/index.ts'
import { attestationFault } from './errors.ts'
import type { SystemLog, TenantRoot } from './system-log.ts'

const provenRootSchema = z.strictObject({
  day: z.string(),
  tlogProof: z.string(),
  noteKey: z.string(),
})

/** What a day of the tenant's ledger was sealed with. */
export type FindSealedDay = (tenantId: string, day: string) => Promise<TenantRoot | undefined>

export function makeAttestationRoutes(
  systemLog: SystemLog,
  findSealedDay: FindSealedDay,
): readonly Route[] {
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
    {
      method: 'GET',
      path: '/v1/system-log/days/:day',
      summary:
        'Prove that the root a UTC day of this ledger was sealed with is in the system log (C2SP tlog-proof)',
      access: 'read',
      answer: { data: provenRootSchema },
      async handle({ principal, params }) {
        const day = params['day'] ?? ''
        const sealed = await findSealedDay(principal.tenantId, day)
        const proven = sealed && (await systemLog.proveRoot(sealed))
        if (proven !== undefined) return { data: { day, ...proven } }
        throw attestationFault(
          'ATTESTATION_DAY_UNSEALED',
          `expected a sealed day in the system log, got ${JSON.stringify(day.slice(0, 40))}`,
        )
      },
    },
  ]
}
