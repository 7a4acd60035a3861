// The action `token-keys.rotate`: after a leak every key that signs service tokens ends at once, on every server.
import { z } from 'zod'
import type { Action, Clock } from '../../kernel/index.ts'
import type { Ledger } from '../../ledger/index.ts'
import { identityFault } from '../errors.ts'
import type { EndedKeys } from './ended-keys.ts'
import { endTokenKeys, lockTokenKeys, selectTokenKeys } from './store.ts'

export interface RotationPorts {
  readonly clock: Pick<Clock, 'nowMs'>
  readonly ledger: Ledger
  readonly endedKeys: Pick<EndedKeys, 'add'>
  /** The server's own tenant: the keys are those of all tenants, and its admins speak for the server. */
  readonly operatorTenant: string
}

const REASON_LIMIT_CHARACTERS = 500

const paramsSchema = z.strictObject({
  reason: z
    .string()
    .min(1)
    .max(REASON_LIMIT_CHARACTERS)
    .regex(/^[^\p{Cc}]+$/u, 'expected one line'),
})

/** No second person is asked: a leak does not wait for one, and what is lost are tokens of the last five minutes. */
export function rotateTokenKeysAction(ports: RotationPorts): Action {
  const { clock, ledger, endedKeys, operatorTenant } = ports
  return {
    name: 'token-keys.rotate',
    summary: 'End every key that signs service tokens; servers go on with new ones',
    access: 'admin',
    open({ id, tenantId }, params) {
      const read = paramsSchema.safeParse(params)
      if (!read.success)
        throw identityFault(
          'IDENTITY_ROTATION_REFUSED',
          `expected a reason: ${z.prettifyError(read.error)}`,
        )
      if (tenantId !== operatorTenant)
        throw identityFault(
          'IDENTITY_ROTATION_FOREIGN',
          'expected an admin of the server’s own tenant',
        )
      const { reason } = read.data
      return Promise.resolve({
        async preview(tx) {
          // Held until the confirmation ends: whoever is publishing a key has done so, or will see that these have ended.
          await lockTokenKeys(tx)
          const kids = (await selectTokenKeys(tx))
            .filter((key) => !key.isEnded)
            .map((key) => key.kid)
          const effect = 'destroy'
          return {
            summary: `end ${kids.length} keys that sign service tokens; every token that they signed is refused, by every server within 5 s`,
            risk: 'medium',
            changes: kids.toSorted().map((of) => ({ of, effect, what: 'signs nothing any more' })),
            policy: 'an admin of the server’s own tenant',
            // A key that was published since is ended only by somebody who was shown it.
            state: { keys: kids.toSorted() },
          }
        },
        async carryOut(tx) {
          const kids = await endTokenKeys(tx, new Date(clock.nowMs()).toISOString())
          // Before the commit: a rotation that is cut off here was wished for, and is carried out by whoever reads the keys next.
          await endedKeys.add(kids)
          await ledger.appendInTx(tx, tenantId, [
            {
              type: 'token-keys.rotated',
              actor: id,
              subject: 'service-tokens',
              payload: { keys: [...kids], reason },
              refs: [],
            },
          ])
          return { keys: [...kids] }
        },
      })
    },
  }
}
