// Decides whose bundle it is: the key behind the manifest, and which keys count for what is inside.
import { parseTrust } from '../proof/index.ts'
import type { OpenedBundle, Trust, TrustKey } from '../proof/index.ts'
import type { Inspection } from './inspection.ts'
import type { TrustInput } from './model.ts'

/** The keys that count from here on, and whether the reader named the signer. */
export interface Authority {
  readonly trust: Trust
  /** What the bundle itself says of its keys. */
  readonly carried: Trust
  readonly isSignerKnown: boolean
}

/** Checks the manifest's signature and gives the keys that count; undefined with findings when it does not hold. */
export async function identifySigner(
  inspection: Inspection,
  opened: OpenedBundle,
  given: TrustInput | undefined,
): Promise<Authority | undefined> {
  const carried = readCarriedKeys(inspection, opened)
  if (carried === undefined) return undefined
  const trust = given?.kind === 'file' ? given.trust : carried
  const { signer } = opened.manifest
  const key = trust.keys.find((candidate) => candidate.keyId === signer)
  if (key === undefined) {
    if (given?.kind === 'file') {
      inspection.find(
        'VERIFY_SIGNER_UNTRUSTED',
        `expected a signer that the trust file names, got the key ${signer}`,
      )
    } else {
      inspection.find(
        'VERIFY_SIGNER_MISSING',
        `expected the key ${signer} in keys.json, it is not there`,
        'keys.json',
      )
    }
    return undefined
  }
  if (given?.kind === 'key' && given.keyId !== signer) {
    inspection.find('VERIFY_SIGNER_UNTRUSTED', `expected the signer ${given.keyId}, got ${signer}`)
    return undefined
  }
  return (await checkManifest(inspection, opened, key))
    ? { trust, carried, isSignerKnown: given !== undefined }
    : undefined
}

async function checkManifest(
  inspection: Inspection,
  opened: OpenedBundle,
  key: TrustKey,
): Promise<boolean> {
  if (!key.uses.includes('manifest')) {
    return inspection.find(
      'VERIFY_KEY_USE_REFUSED',
      `the key ${key.keyId} of ${key.principal} may not sign a manifest`,
      'manifest.sig',
    )
  }
  inspection.checked.signatures++
  const { verifier } = inspection.ports
  if (await verifier.verify(key.algorithm, key.spki, opened.manifestBytes, opened.signature))
    return true
  return inspection.find(
    'VERIFY_MANIFEST_SIGNATURE_BROKEN',
    `expected a signature by ${key.keyId} over manifest.json, it does not fit`,
    'manifest.sig',
  )
}

function readCarriedKeys(inspection: Inspection, opened: OpenedBundle): Trust | undefined {
  const bytes = opened.files.get('keys.json')
  // That it is not there was found already, with the other files every bundle has.
  if (bytes === undefined) return undefined
  const keys = parseTrust(inspection.ports.digest, bytes)
  if (keys.ok) return keys.value
  inspection.find('VERIFY_FILE_MALFORMED', keys.reason, 'keys.json')
  return undefined
}
