// Built-in check of the ledger: the whole log is verified again.
import { bytesOfBase64 } from '../kernel/index.ts'
import type { BuiltinCheck, CheckDescription } from '../kernel/index.ts'
import type { Ledger } from './model.ts'

const CHAIN_VERIFIES = {
  name: 'ledger-chain-verifies',
  summary: 'Every entry, payload, tile and root of the tenant’s log is computed again and compared',
  parameters: {
    limit: {
      type: 'number',
      isRequired: false,
      summary: 'only the last so many entries; without it the whole log',
    },
  },
  fields: {
    ok: 'true when nothing differs',
    scope: 'what was checked: whole, tail, empty or damaged',
    size: 'entries in the log',
    checkedEntries: 'entries that were computed again',
    reason: 'what differs; null when nothing does',
    signedSize: 'entries that the last signed checkpoint covers; 0 without one',
  },
} satisfies CheckDescription

export const LEDGER_CHECKS: readonly CheckDescription[] = [CHAIN_VERIFIES]

export function makeLedgerChecks(ledger: Ledger): readonly BuiltinCheck[] {
  return [
    {
      ...CHAIN_VERIFIES,
      async collect({ tenantId, parameters }) {
        const limit = parameters['limit']
        const signed = await ledger.latestCheckpoint(tenantId)
        // A checkpoint that was signed before is what a rewritten log cannot agree with.
        const known =
          signed === undefined
            ? {}
            : { checkpoint: { size: signed.size, root: bytesOfBase64(signed.root) } }
        const verdict = await ledger.verifyLog(
          tenantId,
          typeof limit === 'number' ? { limit } : known,
        )
        return {
          ok: verdict.ok,
          scope: verdict.scope,
          size: verdict.size,
          checkedEntries: verdict.checked.entries,
          reason: verdict.ok ? null : verdict.reason,
          signedSize: signed?.size ?? 0,
        }
      },
    },
  ]
}
