// Real cryptography for tests of the pure rooms: their ports bound to node:crypto.
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type {
  Digest,
  Random,
  SignatureAlgorithm,
  SignatureVerifier,
  Signer,
} from '../src/kernel/index.ts'

export const nodeDigest: Digest = {
  sha256: (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest()),
  hmacSha256: (key, bytes) => new Uint8Array(createHmac('sha256', key).update(bytes).digest()),
}

export const nodeRandom: Random = { bytes: (count) => new Uint8Array(randomBytes(count)) }

export const nodeVerifier: SignatureVerifier = {
  verify: (algorithm, publicKey, message, signature) => {
    try {
      const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })
      return Promise.resolve(verify(hashNameOf(algorithm), message, key, signature))
    } catch {
      // The port promises false for malformed keys.
      return Promise.resolve(false)
    }
  },
}

/** A signer with a fresh key, or with the given PKCS8 PEM. */
export function testSigner(algorithm: SignatureAlgorithm, pkcs8Pem?: string): Signer {
  const privateKey = pkcs8Pem === undefined ? freshKey(algorithm) : createPrivateKey(pkcs8Pem)
  return {
    algorithm,
    publicKey: new Uint8Array(createPublicKey(privateKey).export({ format: 'der', type: 'spki' })),
    sign: (message) =>
      Promise.resolve(new Uint8Array(sign(hashNameOf(algorithm), message, privateKey))),
  }
}

function freshKey(algorithm: SignatureAlgorithm): KeyObject {
  if (algorithm === 'ecdsa-p256-sha256')
    return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  return algorithm === 'ed25519'
    ? generateKeyPairSync('ed25519').privateKey
    : generateKeyPairSync('ml-dsa-44').privateKey
}

function hashNameOf(algorithm: SignatureAlgorithm): string | null {
  return algorithm === 'ecdsa-p256-sha256' ? 'sha256' : null
}

/** Keys of a system log; the same at every asking. */
export function testSystemLogSigners(): () => Promise<{
  readonly log: Signer
  readonly timestamp: Signer
  readonly timestampRoot: Signer
}> {
  const signers = {
    log: testSigner('ed25519'),
    timestamp: testSigner('ecdsa-p256-sha256'),
    timestampRoot: testSigner('ecdsa-p256-sha256'),
  }
  return () => Promise.resolve(signers)
}
