// The trusted root of a bundle: whose keys there are, in which roles, from when until when, and whose ledger it is.
import {
  base64Of,
  canonicalBytes,
  messageOf,
  parseStrictJson,
  SeaworthyError,
  utf8Text,
} from '../kernel/index.ts'
import { accepted, refused } from './parsed.ts'
import type { Parsed } from './parsed.ts'
import { asArray, asInstant, asObject, asText, ShapeMismatch } from './reading.ts'
import { TRUST_KEY_LIMIT, TRUST_LIMIT_BYTES } from './trust.ts'
import type { Trust } from './trust.ts'

export const TRUSTED_ROOT_FORMAT = 'seaworthy-trusted-root/1'

/** Since when each key counts, RFC 3339, by key id; a key that is missing counts since ever. */
export type KeyBeginnings = ReadonlyMap<string, string>

/** The bytes of `trusted-root.json`: canonical JSON, keys sorted. `until` is when a key was revoked. */
export function formatTrustedRoot(trust: Trust, since: KeyBeginnings): Uint8Array {
  const keys = trust.keys
    .toSorted((a, b) => (a.keyId < b.keyId ? -1 : a.keyId > b.keyId ? 1 : 0))
    .map(({ keyId, algorithm, spki, uses, principal, person, roles, revokedAt }) => {
      const from = since.get(keyId)
      return {
        keyId,
        algorithm,
        publicKey: base64Of(spki),
        uses,
        principal,
        ...(person === undefined ? {} : { person }),
        roles,
        validity: {
          ...(from === undefined ? {} : { from }),
          ...(revokedAt === undefined ? {} : { until: revokedAt }),
        },
      }
    })
  return canonicalBytes({ format: TRUSTED_ROOT_FORMAT, ledger: trust.ledger, keys })
}

/**
 * Since when the keys of a trusted root count. All else in it repeats the trust that it was made from: hold its bytes
 * against `formatTrustedRoot` of that trust and these beginnings.
 */
export function readKeyBeginnings(bytes: Uint8Array): Parsed<KeyBeginnings> {
  if (bytes.length > TRUST_LIMIT_BYTES)
    return refused(`expected at most ${TRUST_LIMIT_BYTES} bytes, got ${bytes.length}`)
  try {
    const root = asObject(parseStrictJson(utf8Text(bytes)), 'the trusted root')
    const keys = asArray(root['keys'], 'keys')
    if (keys.length > TRUST_KEY_LIMIT)
      return refused(`expected at most ${TRUST_KEY_LIMIT} keys, got ${keys.length}`)
    const since = new Map<string, string>()
    for (const [index, each] of keys.entries()) {
      const key = asObject(each, `keys[${index}]`)
      const validity = asObject(key['validity'], `keys[${index}].validity`)
      const from = validity['from']
      if (from !== undefined)
        since.set(asText(key['keyId'], 'keyId'), asInstant(from, 'validity.from'))
    }
    return accepted(since)
  } catch (thrown) {
    const isRefusal =
      thrown instanceof ShapeMismatch ||
      thrown instanceof SeaworthyError ||
      thrown instanceof TypeError
    if (isRefusal) return refused(messageOf(thrown))
    throw thrown
  }
}
