// Binds the verifier to a browser: Web Crypto for signatures, a decompression stream for evidence, no network and no page.
import { concatBytes } from '../kernel/index.ts'
import { rawOfDer } from '../proof/index.ts'
import type { VerifyPorts } from './model.ts'
import { hmacSha256, sha256 } from './sha256.ts'

/** The verifier's ports on what every current browser has. */
export const browserVerifyPorts: VerifyPorts = {
  digest: { sha256, hmacSha256 },
  verifier: {
    async verify(algorithm, publicKey, message, signature) {
      try {
        return algorithm === 'ed25519'
          ? await verifyEd25519(publicKey, message, signature)
          : await verifyP256(publicKey, message, signature)
      } catch {
        // The port promises false for keys and signatures that cannot be read.
        return false
      }
    },
  },
  inflate: { gunzip },
}

const { subtle } = globalThis.crypto

async function verifyEd25519(
  spki: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const key = await subtle.importKey('spki', own(spki), 'Ed25519', false, ['verify'])
  return subtle.verify('Ed25519', key, own(signature), own(message))
}

async function verifyP256(
  spki: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const raw = rawOfDer(signature)
  if (raw === undefined) return false
  const curve = { name: 'ECDSA', namedCurve: 'P-256' }
  const key = await subtle.importKey('spki', own(spki), curve, false, ['verify'])
  return subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, own(raw), own(message))
}

// Web Crypto takes bytes of an own, unshared buffer only.
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes)
}

/** Stops reading at the limit, so that a small file cannot become a large memory. */
async function gunzip(bytes: Uint8Array, limitBytes: number): Promise<Uint8Array> {
  const stream = new Blob([own(bytes)]).stream().pipeThrough(new DecompressionStream('gzip'))
  const parts: Uint8Array[] = []
  let sizeBytes = 0
  for await (const part of stream) {
    sizeBytes += part.length
    if (sizeBytes > limitBytes)
      throw new RangeError(`expected at most ${limitBytes} bytes, got more`)
    parts.push(part)
  }
  return concatBytes(parts)
}
