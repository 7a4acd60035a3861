// Binds the verifier to Node: cryptography, bounded gunzip and files. No network module is reachable from here.
import { createPublicKey, hash, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { constants } from 'node:fs'
import { open, readFile, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip, gunzipSync } from 'node:zlib'
import type { ZlibOptions } from 'node:zlib'
import { hmacSha256With, messageOf, utf8Bytes } from '../kernel/index.ts'
import { NOTE_LIMIT_BYTES, TAR_LIMIT_BYTES, TRUST_LIMIT_BYTES } from '../proof/index.ts'
import type { Parsed } from '../proof/index.ts'
import { isEntryProof, verifyEntryProof } from './entry-proof.ts'
import type { EntryProofReport } from './entry-proof.ts'
import { verifyFault } from './errors.ts'
import type { VerifyPorts, VerifyReport } from './model.ts'
import { refuseBundle, verifyBundle } from './service.ts'
import { isKeyId, parseLogTrustText, parseTrustText, parseWitnessesText } from './trust-text.ts'

const INFLATE_HERE_LIMIT_BYTES = 1024 * 1024
/** Enough to tell a proof file by its first line. */
const PROOF_START_BYTES = 64
const inflateElsewhere = promisify<Uint8Array, ZlibOptions, Buffer<ArrayBuffer>>(gunzip)

/** Keys that were read, by the bytes they were read from: a bundle has few keys and many signatures. */
const readKeys = new WeakMap<Uint8Array, KeyObject>()

function readKey(publicKey: Uint8Array): KeyObject {
  const known = readKeys.get(publicKey)
  if (known !== undefined) return known
  const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })
  readKeys.set(publicKey, key)
  return key
}

const SHA256_BYTES = 32

/** The digest as text of one character a byte: making a buffer for each costs more than hashing a leaf. */
function sha256(bytes: Uint8Array): Uint8Array {
  const text = hash('sha256', bytes, 'latin1')
  const out = new Uint8Array(SHA256_BYTES)
  for (let at = 0; at < SHA256_BYTES; at++) out[at] = text.charCodeAt(at)
  return out
}

/** The verifier's ports on Node's own modules. */
export const nodeVerifyPorts: VerifyPorts = {
  digest: {
    sha256,
    hmacSha256: (key, bytes) => hmacSha256With(sha256, key, bytes),
  },
  verifier: {
    verify: (algorithm, publicKey, message, signature) => {
      try {
        const key = readKey(publicKey)
        return Promise.resolve(
          verify(algorithm === 'ecdsa-p256-sha256' ? 'sha256' : null, message, key, signature),
        )
      } catch {
        // The port promises false for keys and signatures that cannot be read.
        return Promise.resolve(false)
      }
    },
  },
  inflate: {
    gunzip: async (bytes, limitBytes) => {
      // zlib takes no limit of 0; one byte more than nothing is still refused by the caller's size check.
      const options = { maxOutputLength: Math.max(1, limitBytes) }
      // What is small is done sooner than another thread is asked to do it.
      const content =
        limitBytes <= INFLATE_HERE_LIMIT_BYTES
          ? gunzipSync(bytes, options)
          : await inflateElsewhere(bytes, options)
      return new Uint8Array(content.buffer, content.byteOffset, content.length)
    },
  },
}

/**
 * Verifies the bundle in a file.
 * @param trustArgument path of a trust file or PEM key, a base64 key, or a key id; absent: signer unknown at best
 * @param witnessesPath file of a C2SP policy whose quorum has to have cosigned the checkpoint
 * @throws VERIFY_BUNDLE_MISSING, VERIFY_TRUST_REFUSED
 */
export async function verifyBundleFile(
  path: string,
  trustArgument?: string,
  witnessesPath?: string,
): Promise<VerifyReport> {
  const trust =
    trustArgument === undefined ? undefined : await readTrust(trustArgument, parseTrustText)
  const witnesses =
    witnessesPath === undefined ? undefined : await readTrust(witnessesPath, parseWitnessesText)
  const bytes = await readBounded(path, TAR_LIMIT_BYTES)
  if (bytes === undefined) {
    return refuseBundle(
      nodeVerifyPorts,
      `expected a file of at most ${TAR_LIMIT_BYTES} bytes, got a larger one`,
    )
  }
  return verifyBundle(bytes, {
    ports: nodeVerifyPorts,
    ...(trust === undefined ? {} : { trust }),
    ...(witnesses === undefined ? {} : { witnesses }),
  })
}

/** Whether the file is a proof of one entry rather than a bundle. @throws VERIFY_BUNDLE_MISSING */
export async function isEntryProofFile(path: string): Promise<boolean> {
  return openRegular(path, async (file) => {
    const { buffer, bytesRead } = await file.read({ length: PROOF_START_BYTES, position: 0 })
    return isEntryProof(new Uint8Array(buffer.buffer, buffer.byteOffset, bytesRead))
  })
}

/**
 * Verifies the proof of one entry in a file.
 * @param trustArgument path of a trust file, a C2SP policy or a log's key, or the key itself; absent: signer unknown at best
 * @param entryPath file that holds the entry's bytes and nothing else; absent: those that the proof brings
 * @throws VERIFY_BUNDLE_MISSING, VERIFY_TRUST_REFUSED
 */
export async function verifyEntryProofFile(
  path: string,
  trustArgument?: string,
  entryPath?: string,
): Promise<EntryProofReport> {
  const policy =
    trustArgument === undefined ? undefined : await readTrust(trustArgument, parseLogTrustText)
  const entry = entryPath === undefined ? undefined : await readBounded(entryPath, TAR_LIMIT_BYTES)
  const bytes = await readBounded(path, NOTE_LIMIT_BYTES)
  return verifyEntryProof(bytes ?? new Uint8Array(), {
    ports: nodeVerifyPorts,
    ...(policy === undefined ? {} : { policy }),
    ...(entry === undefined ? {} : { entry }),
  })
}

async function readTrust<T>(
  argument: string,
  parse: (digest: VerifyPorts['digest'], bytes: Uint8Array) => Parsed<T>,
): Promise<T> {
  // What cannot be looked up is no file; then the argument itself is read as a key, or refused with its reason.
  const isFile =
    !isKeyId(argument) && (await stat(argument).catch(() => undefined))?.isFile() === true
  const bytes = isFile ? await readFileOfTrust(argument) : utf8Bytes(argument)
  const parsed = parse(nodeVerifyPorts.digest, bytes)
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
  return openRegular(path, async (file) => {
    if ((await file.stat()).size > limitBytes) return undefined
    const bytes = await readFile(file)
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
  })
}

async function openRegular<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  try {
    // Opening a pipe would wait for somebody to write into it; what is no regular file is refused below.
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      if (!(await file.stat()).isFile()) throw new TypeError('it is no regular file')
      return await work(file)
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
