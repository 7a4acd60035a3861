// The artefact that attestations have to be about, from its bytes or from its digest alone.
import { hash } from 'node:crypto'
import { attestationFault } from './errors.ts'
import type { AttestedArtefact } from './model.ts'
import { STRONG_DIGESTS } from './statement.ts'

/** Largest artefact that is read, in bytes; larger ones are named by their digest. */
export const ARTEFACT_LIMIT_BYTES = 1024 * 1024 * 1024

const DIGEST_LENGTHS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 }

export function artefactOf(bytes: Uint8Array): AttestedArtefact {
  return {
    digests: Object.fromEntries(STRONG_DIGESTS.map((name) => [name, hash(name, bytes, 'hex')])),
    bytes,
  }
}

/** @param text `sha256:HEX`, `sha384:HEX` or `sha512:HEX` @throws ATTESTATION_DEMAND_REFUSED */
export function artefactOfDigest(text: string): AttestedArtefact {
  const [name = '', hex = ''] = text.split(':')
  const isWhole = text.split(':').length === 2 && Object.hasOwn(DIGEST_LENGTHS, name)
  if (!isWhole || !/^[0-9a-f]+$/.test(hex) || hex.length !== DIGEST_LENGTHS[name])
    throw attestationFault(
      'ATTESTATION_DEMAND_REFUSED',
      `expected a digest such as sha256: and 64 hexadecimal digits, got ${JSON.stringify(text.slice(0, 200).toWellFormed())}`,
    )
  return { digests: { [name]: hex } }
}
