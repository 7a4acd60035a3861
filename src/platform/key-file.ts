// Private keys in files that only their owner may read.
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  type KeyObject,
} from 'node:crypto'
import { link, mkdir, open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { SignatureAlgorithm, Signer } from '../kernel/index.ts'
import { fitsAlgorithm } from './crypto.ts'
import { platformFault } from './errors.ts'
import { errorCodeOf, faultOfFile, syncFolder, writeDurably } from './files.ts'

/** Larger files are no key. */
const KEY_LIMIT_BYTES = 64 * 1024

/**
 * The signer whose PKCS #8 key lies at `path` as PEM; on first use the key is made there with mode 0600.
 * Two processes that start together end up with the same key.
 * @throws PLATFORM_KEY_EXPOSED, PLATFORM_KEY_UNREADABLE, PLATFORM_DISK_FULL, PLATFORM_FILE_FAILED
 */
export async function openKeyFile(path: string, algorithm: SignatureAlgorithm): Promise<Signer> {
  const pem = (await readKeyFile(path)) ?? (await createKeyFile(path, algorithm))
  return signerOf(readPrivateKey(path, pem, algorithm), algorithm)
}

/** PKCS #8 of Ed25519 (RFC 8410): what stands before the 32 bytes of the seed. */
const ED25519_PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

/** A key made from 32 bytes that are secret already. */
export function seedSigner(seed: Uint8Array): Signer {
  const der = Buffer.concat([ED25519_PKCS8_PREFIX, seed])
  return signerOf(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }), 'ed25519')
}

function signerOf(key: KeyObject, algorithm: SignatureAlgorithm): Signer {
  const publicKey = new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }))
  return {
    algorithm,
    publicKey,
    sign: (message) =>
      Promise.resolve(
        new Uint8Array(
          algorithm === 'ecdsa-p256-sha256'
            ? sign('sha256', message, { key, dsaEncoding: 'der' })
            : sign(null, message, key),
        ),
      ),
  }
}

async function createKeyFile(path: string, algorithm: SignatureAlgorithm): Promise<Buffer> {
  const { privateKey } =
    algorithm === 'ecdsa-p256-sha256'
      ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
      : algorithm === 'ed25519'
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('ml-dsa-44')
  const pem = Buffer.from(privateKey.export({ format: 'pem', type: 'pkcs8' }))
  const partial = `${path}.${randomUUID()}.partial`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeDurably(partial, pem, 0o600)
    // A link, unlike a rename, never replaces the key that another process made meanwhile.
    await link(partial, path)
    await syncFolder(dirname(path))
    return pem
  } catch (error) {
    const existing = errorCodeOf(error) === 'EEXIST' ? await readKeyFile(path) : undefined
    if (existing === undefined) throw faultOfFile(error, `expected to create the key ${path}`)
    return existing
  } finally {
    await rm(partial, { force: true })
  }
}

async function readKeyFile(path: string): Promise<Buffer | undefined> {
  try {
    const file = await open(path, 'r')
    try {
      const { mode, size } = await file.stat()
      refuseExposure(path, mode)
      if (size > KEY_LIMIT_BYTES) throw unreadable(path)
      return await file.readFile()
    } finally {
      await file.close()
    }
  } catch (error) {
    const code = errorCodeOf(error)
    if (code === 'ENOENT') return undefined
    if (code?.startsWith('PLATFORM_') === true) throw error
    throw faultOfFile(error, `expected to read the key ${path}`)
  }
}

function refuseExposure(path: string, mode: number): void {
  // Windows has no such bits; its folders carry the permissions.
  if (process.platform === 'win32' || (mode & 0o077) === 0) return
  const shown = (mode & 0o777).toString(8).padStart(4, '0')
  throw platformFault('PLATFORM_KEY_EXPOSED', `expected ${path} with mode 0600, got ${shown}`)
}

function readPrivateKey(path: string, pem: Buffer, algorithm: SignatureAlgorithm): KeyObject {
  let key: KeyObject
  try {
    key = createPrivateKey({ key: pem, format: 'pem' })
  } catch {
    // The parser's own words could quote the file; the path says enough.
    throw unreadable(path)
  }
  if (!fitsAlgorithm(key, algorithm)) {
    throw platformFault(
      'PLATFORM_KEY_UNREADABLE',
      `expected a key for ${algorithm} in ${path}, got another kind`,
    )
  }
  return key
}

function unreadable(path: string): Error {
  return platformFault(
    'PLATFORM_KEY_UNREADABLE',
    `expected a PKCS #8 private key in PEM in ${path}`,
  )
}
