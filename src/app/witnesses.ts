// The witnesses that the operator named: whoever seals a release asks them to cosign its checkpoint.
import { readFileSync } from 'node:fs'
import { messageOf } from '../kernel/index.ts'
import { gatherCosignatures } from '../ledger/index.ts'
import type { Ledger, SignedCheckpoint } from '../ledger/index.ts'
import { systemDigest, systemFetch, systemVerifier } from '../platform/index.ts'
import { parseNoteKey, parseWitnessPolicy } from '../proof/index.ts'
import type { WitnessPolicy } from '../proof/index.ts'
import type { AppConfig } from './config.ts'
import { appFault } from './errors.ts'

/** The checkpoint with the cosignatures of at least the quorum. @throws LEDGER_QUORUM_MISSED */
type Cosign = (tenantId: string, signed: SignedCheckpoint) => Promise<SignedCheckpoint>

/** Nothing where no policy is named. Its log lines do not count here: each tenant has a log of its own. @throws APP_CONFIG_REFUSED */
export function openCosigner(
  { witnessPolicy }: Pick<AppConfig, 'witnessPolicy'>,
  ledger: Pick<Ledger, 'identify' | 'proveConsistency'>,
): { readonly cosign?: Cosign } {
  if (witnessPolicy === undefined) return {}
  const policy = readPolicy(witnessPolicy)
  const system = { fetch: systemFetch, digest: systemDigest, verifier: systemVerifier }
  return {
    async cosign(tenantId, signed) {
      const key = parseNoteKey(systemDigest, (await ledger.identify(tenantId))?.noteKey ?? '')
      if (!key.ok) throw new TypeError(`expected the key of ${signed.origin}: ${key.reason}`)
      const proveFrom = async (size: number): Promise<readonly Uint8Array[]> =>
        (await ledger.proveConsistency(tenantId, size, signed.size)).proof
      const logs = [{ key: key.value }]
      const { note } = await gatherCosignatures({ ...system, proveFrom }, signed, {
        ...policy,
        logs,
      })
      return { ...signed, note }
    },
  }
}

function readPolicy(path: string): WitnessPolicy {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const said = `expected a witness policy at ${path}, got: ${messageOf(cause)}`
    throw appFault('APP_CONFIG_REFUSED', said, { cause })
  }
  const policy = parseWitnessPolicy(systemDigest, text)
  if (policy.ok) return policy.value
  throw appFault('APP_CONFIG_REFUSED', `expected a witness policy at ${path}: ${policy.reason}`)
}
