// Whom attestations are believed from: the dated trusted root that comes with the house, or the reader's own file.
import type { Json } from '../kernel/index.ts'
import { attestationFault } from './errors.ts'
import { readJsonLines } from './file.ts'
import type { TrustedRoots } from './model.ts'

export const TRUSTED_ROOT_LIMIT_BYTES = 4 * 1024 * 1024
/** Day of the release of Sigstore's own client that carried this root; see docs/decisions/0055. */
export const CARRIED_ROOT_DAY = '2026-11-05'

/** The public-good instance of Sigstore, as its own client carried it that day. Nothing is fetched. */
export async function openCarriedRoots(): Promise<TrustedRoots> {
  const { default: root } = await import('./trusted-root.json', { with: { type: 'json' } })
  return {
    source: 'carried',
    name: 'Sigstore’s public-good instance',
    asOf: CARRIED_ROOT_DAY,
    roots: [root],
  }
}

/** @throws ATTESTATION_ROOT_REFUSED */
export function readTrustedRoots(name: string, bytes: Uint8Array): TrustedRoots {
  const roots = readJsonLines(bytes).map((line) => {
    const reason = line.ok ? rootFault(line.value) : line.reason
    if (line.ok && reason === undefined) return line.value
    throw attestationFault('ATTESTATION_ROOT_REFUSED', `${name}: ${reason}`)
  })
  return { source: 'given', name, asOf: null, roots }
}

function rootFault(value: Json): string | undefined {
  const isRoot =
    value !== null &&
    typeof value === 'object' &&
    ['tlogs', 'certificateAuthorities'].some((name) =>
      Array.isArray((value as Readonly<Record<string, Json>>)[name]),
    )
  return isRoot ? undefined : 'expected logs or certificate authorities of a trusted root'
}
