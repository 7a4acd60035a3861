// Secrets at rest: Argon2id in the PHC string format, made with our cost and read within bounds.
import { base64Of, bytesEqual, bytesOfBase64, utf8Bytes } from '../../kernel/index.ts'
import type { Random, SlowHash } from '../../kernel/index.ts'
import { identityFault } from '../errors.ts'

/** OWASP's minimum for Argon2id. The secrets have 190 bits of chance, so that more would buy nothing. */
const COST = { memoryKib: 19_456, passes: 2, lanes: 1 } as const
const SALT_BYTES = 16
const HASH_BYTES = 32

/** What a stored string may ask for: whoever could write one must not be able to fill memory or time with it. */
const MEMORY_LIMIT_KIB = 65_536
const PASSES_LIMIT = 5
const LANES_LIMIT = 4
const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,6}),t=(\d{1,2}),p=(\d{1,2})\$([0-9A-Za-z+/]{22})\$([0-9A-Za-z+/]{43})$/

export async function hashSecret(
  ports: { readonly slowHash: SlowHash; readonly random: Random },
  secret: string,
): Promise<string> {
  const salt = ports.random.bytes(SALT_BYTES)
  const hash = await ports.slowHash.argon2id(utf8Bytes(secret), salt, COST, HASH_BYTES)
  const { memoryKib, passes, lanes } = COST
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${unpadded(salt)}$${unpadded(hash)}`
}

/** @throws IDENTITY_HASH_REFUSED for a stored string that is malformed or asks for more than the bounds */
export async function isSecretOf(
  slowHash: SlowHash,
  stored: string,
  secret: string,
): Promise<boolean> {
  const [, memory, passes, lanes, salt, hash] = PHC.exec(stored) ?? []
  const cost = { memoryKib: Number(memory), passes: Number(passes), lanes: Number(lanes) }
  // RFC 9106, section 3.1: at least eight KiB for each lane.
  const isWithin =
    cost.lanes >= 1 &&
    cost.lanes <= LANES_LIMIT &&
    cost.passes >= 1 &&
    cost.passes <= PASSES_LIMIT &&
    cost.memoryKib >= 8 * cost.lanes &&
    cost.memoryKib <= MEMORY_LIMIT_KIB
  if (!isWithin || salt === undefined || hash === undefined)
    throw identityFault('IDENTITY_HASH_REFUSED', 'expected a stored hash within the bounds')
  const wanted = bytesOfBase64(`${hash}=`)
  const seen = await slowHash.argon2id(
    utf8Bytes(secret),
    bytesOfBase64(`${salt}==`),
    cost,
    HASH_BYTES,
  )
  return bytesEqual(seen, wanted)
}

/** PHC strings carry base64 without its padding. */
function unpadded(bytes: Uint8Array): string {
  return base64Of(bytes).replace(/=+$/, '')
}
