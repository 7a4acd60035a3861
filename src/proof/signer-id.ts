// Who speaks when a key signs: the opaque id that a person's key gives them.
import type { Digest, Signer } from '../kernel/index.ts'
import { keyIdOf } from './keyid.ts'

/** Whose key signs, and with what. */
export interface SignTerms {
  readonly digest: Digest
  readonly signer: Signer
}

/** `person-` and the first 16 digits of the key's id; the same wherever the key signs. */
export function signerIdOf({ digest, signer }: SignTerms): string {
  return `person-${keyIdOf(digest, signer.publicKey).slice(0, 16)}`
}
