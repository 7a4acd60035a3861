// The newest decision as a Sigstore bundle: signed, in the system log, stamped, and verifiable by strangers' tools.
import { base64Of } from '../kernel/index.ts'
import { openOwnEnvelope } from '../attestation/index.ts'
import { sealStatement } from '../proof/index.ts'
import { ATTESTATION_FORMATS, composeExport } from '../report/index.ts'
import type { ReleaseContext } from './context.ts'
import { readDecidedState } from './documents.ts'
import type { ReleaseKey } from './store.ts'

/** The decision as it was signed, and what it is in other people's words. */
export const ATTESTED_FORMATS = ['decision', ...ATTESTATION_FORMATS] as const

export type AttestedFormat = (typeof ATTESTED_FORMATS)[number]

export interface AttestedRelease {
  /** Sigstore bundle v0.3. */
  readonly bundle: Readonly<Record<string, unknown>>
  readonly trustedRoot: Readonly<Record<string, unknown>>
  /** SubjectPublicKeyInfo of the control plane, DER in base64. */
  readonly publicKey: string
}

/** @throws RELEASE_DECISION_MISSING, ATTESTATION_LOG_CHANGED */
export async function attestRelease(
  context: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
  format: AttestedFormat,
): Promise<AttestedRelease> {
  const { digest, signer, evidence, systemLog } = context.ports
  const state = await readDecidedState(context, tenantId, release)
  const sealed = async (): Promise<Uint8Array> => {
    if (format === 'decision') return evidence.read(tenantId, state.statement)
    const exported = composeExport(digest, format, state, context.controlPlane.keyId)
    if (exported.kind === 'file') throw new TypeError(`expected a statement for ${format}`)
    return (await sealStatement(digest, signer, exported.statement)).bytes
  }
  const envelope = openOwnEnvelope(digest, await sealed(), signer.publicKey)
  return {
    bundle: await systemLog.attest(envelope),
    trustedRoot: await systemLog.describeTrust(),
    publicKey: base64Of(signer.publicKey),
  }
}
