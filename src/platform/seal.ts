// AES-256-GCM behind the Seal port: version, nonce, ciphertext and tag, bound to what the secret is for.
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import { concatBytes, utf8Bytes, utf8Text } from '../kernel/index.ts'
import type { Random, Seal } from '../kernel/index.ts'
import { platformFault } from './errors.ts'

const VERSION = 1
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const ALGORITHM = 'aes-256-gcm'

/** One secret serves several uses, none of which tells of another. HKDF-SHA256 of RFC 5869. */
export function deriveKey(masterSecret: Uint8Array, use: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', masterSecret, new Uint8Array(), use, KEY_BYTES))
}

/** @param use what the key is derived for, so that one secret of the installation serves several seals */
export function openSeal(masterSecret: Uint8Array, use: string, random: Random): Seal {
  const key = deriveKey(masterSecret, use)
  return {
    close(purpose, text) {
      const nonce = random.bytes(NONCE_BYTES)
      const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
      cipher.setAAD(utf8Bytes(purpose))
      const parts = [cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]
      return concatBytes([Uint8Array.of(VERSION), nonce, ...parts])
    },
    open(purpose, sealed) {
      const nonce = sealed.subarray(1, 1 + NONCE_BYTES)
      const tag = sealed.subarray(-TAG_BYTES)
      try {
        if (sealed[0] !== VERSION || sealed.length < 1 + NONCE_BYTES + TAG_BYTES)
          throw new RangeError('expected a seal of version 1')
        const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
        decipher.setAAD(utf8Bytes(purpose))
        decipher.setAuthTag(tag)
        const body = sealed.subarray(1 + NONCE_BYTES, -TAG_BYTES)
        return utf8Text(concatBytes([decipher.update(body), decipher.final()]))
      } catch (error) {
        throw platformFault('PLATFORM_SEAL_BROKEN', 'expected a secret as it was sealed', {
          cause: error,
        })
      }
    },
  }
}
