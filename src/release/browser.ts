// Door of release for a browser: a key that never leaves it, and the signer that it is; no network and no page.
import type { Signer } from '../kernel/index.ts'
import { derOfRaw } from '../proof/index.ts'

/** The half of a key pair that signs; a browser hands out no bytes of it. */
export interface HeldKey {
  readonly privateKey: CryptoKey
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
}

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const

/** A new pair whose private half cannot be read, not even by the page that asked for it. */
export async function makeHeldKey(): Promise<HeldKey> {
  const { subtle } = globalThis.crypto
  const { privateKey, publicKey } = await subtle.generateKey(CURVE, false, ['sign', 'verify'])
  return { privateKey, publicKey: new Uint8Array(await subtle.exportKey('spki', publicKey)) }
}

/** Signs as the house and Sigstore do: SHA-256, and DER where a browser writes r and s side by side. */
export function signerOf({ privateKey, publicKey }: HeldKey): Signer {
  return {
    algorithm: 'ecdsa-p256-sha256',
    publicKey,
    async sign(message) {
      const terms = { name: 'ECDSA', hash: 'SHA-256' }
      // Web Crypto takes bytes of an own, unshared buffer only.
      const raw = await globalThis.crypto.subtle.sign(terms, privateKey, Uint8Array.from(message))
      return derOfRaw(new Uint8Array(raw))
    },
  }
}

/**
 * Which key a word is signed with: the one that is held, unless it was made before its person might speak in the role.
 * @param own what this browser holds and the server knows
 * @param role absent where the word needs none
 * @returns undefined where a new key is made
 */
export function keyIdFor(
  { signsAs }: { readonly signsAs: readonly string[] },
  own: { readonly keyId: string; readonly roles: readonly string[] } | undefined,
  role?: string,
): string | undefined {
  if (own === undefined) return undefined
  // Keys keep the roles that the account had when they were registered; a role that the account has not got helps no new key either.
  const isEnough = role === undefined || own.roles.includes(role) || !signsAs.includes(role)
  return isEnough ? own.keyId : undefined
}
