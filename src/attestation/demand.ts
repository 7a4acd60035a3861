// What an attestation has to show, from the words of a person or a plan: exact names, or nothing is checked at all.
import { bytesOfBase64, utf8TextLossy } from '../kernel/index.ts'
import { attestationFault } from './errors.ts'
import type { AttestationDemand, DemandedSigner } from './model.ts'

export const KEY_FILE_LIMIT_BYTES = 16 * 1024

/** As given; each may be absent. */
export interface DemandWords {
  readonly issuer?: string | undefined
  readonly identity?: string | undefined
  readonly source?: string | undefined
  readonly predicateType?: string | undefined
  /** Bytes of a file with a public key, PEM or base64. */
  readonly key?: Uint8Array | undefined
}

/** @throws ATTESTATION_DEMAND_REFUSED */
export function demandOf(words: DemandWords): AttestationDemand {
  const { predicateType } = words
  return { signer: signerOf(words), ...(predicateType === undefined ? {} : { predicateType }) }
}

function signerOf({ issuer, identity, source, key }: DemandWords): DemandedSigner {
  if (key !== undefined) {
    if (issuer !== undefined || identity !== undefined || source !== undefined)
      throw refuse('expected a key, or an issuer and an identity, not both')
    return { kind: 'key', publicKey: readKey(key) }
  }
  if (issuer === undefined || identity === undefined || issuer === '' || identity === '')
    throw refuse('expected an issuer and an identity')
  const isPattern = [issuer, identity, source ?? ''].find((text) => /[*^$]|\\./.test(text))
  if (isPattern !== undefined)
    throw refuse(
      `expected names letter by letter, got what looks like a pattern: ${JSON.stringify(isPattern.slice(0, 200))}`,
    )
  return { kind: 'identity', issuer, identity, ...(source === undefined ? {} : { source }) }
}

function readKey(bytes: Uint8Array): Uint8Array {
  const text = utf8TextLossy(bytes)
  const body =
    /-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----/.exec(text)?.[1] ?? text
  try {
    return bytesOfBase64(body.replace(/\s+/g, ''))
  } catch {
    throw refuse('expected a public key as PEM or base64')
  }
}

function refuse(message: string): Error {
  return attestationFault('ATTESTATION_DEMAND_REFUSED', message)
}
