// Hashes, signature checks and gzip from Node behind the kernel's ports.
import { argon2, createPublicKey, hash, verify, type KeyObject } from 'node:crypto'
import { gunzip, gzip } from 'node:zlib'
import {
  hmacSha256With,
  messageOf,
  type Digest,
  type Inflate,
  type SignatureAlgorithm,
  type SignatureVerifier,
  type SlowHash,
} from '../kernel/index.ts'
import { platformFault } from './errors.ts'

const SHA256_BYTES = 32

/** The digest as text of one character a byte: making a buffer for each costs more than hashing a leaf. */
function sha256(bytes: Uint8Array): Uint8Array {
  const text = hash('sha256', bytes, 'latin1')
  const out = new Uint8Array(SHA256_BYTES)
  for (let at = 0; at < SHA256_BYTES; at++) out[at] = text.charCodeAt(at)
  return out
}

export const systemDigest: Digest = {
  sha256,
  hmacSha256: (key, bytes) => hmacSha256With(sha256, key, bytes),
}

export const systemSlowHash: SlowHash = {
  argon2id: (message, salt, { memoryKib, passes, lanes }, sizeBytes) =>
    new Promise((resolve, reject) => {
      const terms = {
        message,
        nonce: salt,
        memory: memoryKib,
        passes,
        parallelism: lanes,
        tagLength: sizeBytes,
      }
      argon2('argon2id', terms, (error, hash) => {
        if (error === null) resolve(plainBytes(hash))
        else reject(error)
      })
    }),
}

export const systemVerifier: SignatureVerifier = {
  verify: (algorithm, publicKey, message, signature) =>
    Promise.resolve(isSignatureValid(algorithm, publicKey, message, signature)),
}

function isSignatureValid(
  algorithm: SignatureAlgorithm,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const key = readPublicKey(publicKey)
  if (key === undefined || !fitsAlgorithm(key, algorithm)) return false
  try {
    return algorithm === 'ecdsa-p256-sha256'
      ? verify('sha256', message, { key, dsaEncoding: 'der' }, signature)
      : verify(null, message, key, signature)
  } catch {
    // OpenSSL throws for some malformed signatures; the port promises false for all of them.
    return false
  }
}

function readPublicKey(der: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' })
  } catch {
    // Not a key at all, which to a verifier is the same as a wrong signature.
    return undefined
  }
}

/** Whether the key is of the kind the algorithm names; P-256 is the only curve for ECDSA. */
export function fitsAlgorithm(key: KeyObject, algorithm: SignatureAlgorithm): boolean {
  if (algorithm !== 'ecdsa-p256-sha256') return key.asymmetricKeyType === algorithm
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
}

export const systemInflate: Inflate = {
  gunzip: (bytes, limitBytes) =>
    new Promise((resolve, reject) => {
      const refuse = (why: string): void => {
        reject(
          platformFault(
            'PLATFORM_GZIP_REFUSED',
            `expected gzip of at most ${limitBytes} bytes, got ${why}`,
          ),
        )
      }
      // zlib wants a limit of at least one byte; the exact limit is checked below.
      const options = { maxOutputLength: Math.max(1, limitBytes), info: true }
      gunzip(bytes, options, (error: Error | null, result: unknown) => {
        if (error !== null) {
          refuse(messageOf(error))
          return
        }
        const { buffer, engine } = result as { buffer: Buffer; engine: { bytesWritten: number } }
        if (buffer.length > limitBytes) refuse('more')
        else if (engine.bytesWritten !== bytes.length) refuse('bytes after the end')
        else resolve(plainBytes(buffer))
      })
    }),
}

/** Level 9, no name and no time in the header: the same bytes give the same gzip on the same zlib. */
export async function gzipBytes(bytes: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    gzip(bytes, { level: 9 }, (error, result) => {
      if (error === null) resolve(plainBytes(result))
      else reject(error)
    })
  })
}

/** A Uint8Array over the same memory: callers compare and clone arrays, and a Buffer is a subclass. */
function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}
