// Binds the verifier to Node: cryptography, bounded gunzip and files. No network module is reachable from here.
import { createHmac, createPublicKey, hash, verify } from 'node:crypto'
import { constants } from 'node:fs'
import { open, readFile, stat } from 'node:fs/promises'
import { gunzip } from 'node:zlib'
import { messageOf, utf8Bytes } from '../kernel/index.ts'
import { TAR_LIMIT_BYTES, TRUST_LIMIT_BYTES } from '../proof/index.ts'
import { verifyFault } from './errors.ts'
import type { TrustInput, VerifyPorts, VerifyReport } from './model.ts'
import { refuseBundle, verifyBundle } from './service.ts'
import { isKeyId, parseTrustText } from './trust-text.ts'

/** The verifier's ports on Node's own modules. */
export const nodeVerifyPorts: VerifyPorts = {
  digest: {
    sha256: (bytes) => hash('sha256', bytes, 'buffer'),
    hmacSha256: (key, bytes) => new Uint8Array(createHmac('sha256', key).update(bytes).digest()),
  },
  verifier: {
    verify: (algorithm, publicKey, message, signature) => {
      try {
        const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })
        return Promise.resolve(
          verify(algorithm === 'ed25519' ? null : 'sha256', message, key, signature),
        )
      } catch {
        // The port promises false for keys and signatures that cannot be read.
        return Promise.resolve(false)
      }
    },
  },
  inflate: {
    gunzip: (bytes, limitBytes) =>
      new Promise((resolve, reject) => {
        // zlib takes no limit of 0; one byte more than nothing is still refused by the caller's size check.
        gunzip(bytes, { maxOutputLength: Math.max(1, limitBytes) }, (error, content) => {
          if (error === null)
            resolve(new Uint8Array(content.buffer, content.byteOffset, content.length))
          else reject(error)
        })
      }),
  },
}

/**
 * Verifies the bundle in a file.
 * @param trustArgument path of a trust file or PEM key, a base64 key, or a key id; absent: signer unknown at best
 * @throws VERIFY_BUNDLE_MISSING, VERIFY_TRUST_REFUSED
 */
export async function verifyBundleFile(
  path: string,
  trustArgument?: string,
): Promise<VerifyReport> {
  const trust = trustArgument === undefined ? undefined : await readTrustArgument(trustArgument)
  const bytes = await readBounded(path, TAR_LIMIT_BYTES)
  if (bytes === undefined) {
    return refuseBundle(
      nodeVerifyPorts,
      `expected a file of at most ${TAR_LIMIT_BYTES} bytes, got a larger one`,
    )
  }
  return verifyBundle(bytes, { ports: nodeVerifyPorts, ...(trust === undefined ? {} : { trust }) })
}

async function readTrustArgument(argument: string): Promise<TrustInput> {
  // What cannot be looked up is no file; then the argument itself is read as a key, or refused with its reason.
  const isFile =
    !isKeyId(argument) && (await stat(argument).catch(() => undefined))?.isFile() === true
  const bytes = isFile ? await readFileOfTrust(argument) : utf8Bytes(argument)
  const parsed = parseTrustText(nodeVerifyPorts.digest, bytes)
  if (parsed.ok) return parsed.value
  const what = isFile ? `the file ${argument}` : 'no file of that name, and not a key'
  throw verifyFault('VERIFY_TRUST_REFUSED', `${what}: ${parsed.reason}`)
}

async function readFileOfTrust(path: string): Promise<Uint8Array> {
  const bytes = await readBounded(path, TRUST_LIMIT_BYTES)
  if (bytes !== undefined) return bytes
  throw verifyFault(
    'VERIFY_TRUST_REFUSED',
    `expected at most ${TRUST_LIMIT_BYTES} bytes of trust in ${path}`,
  )
}

/** The file's bytes, or undefined when there are more than the limit. @throws VERIFY_BUNDLE_MISSING */
async function readBounded(path: string, limitBytes: number): Promise<Uint8Array | undefined> {
  try {
    // Opening a pipe would wait for somebody to write into it; what is no regular file is refused below.
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      const facts = await file.stat()
      if (!facts.isFile()) throw new TypeError('it is no regular file')
      const { size } = facts
      return size > limitBytes ? undefined : new Uint8Array(await readFile(file))
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw verifyFault(
      'VERIFY_BUNDLE_MISSING',
      `expected a readable file at ${path}: ${messageOf(cause)}`,
      { cause },
    )
  }
}
