// Reads the body of a ledger entry strictly, and any other canonical JSON.
import {
  canonicalBytes,
  isCanonicalText,
  messageOf,
  SeaworthyError,
  utf8Text,
} from '../kernel/index.ts'
import type { Json } from '../kernel/index.ts'
import { COMMITMENT_ALGORITHM } from './commitment.ts'
import type { PayloadCommitment } from './commitment.ts'
import { readPlainBody } from './entry-text.ts'
import type { EntryBody } from './entry-text.ts'
import { accepted, refused } from './parsed.ts'
import type { Parsed } from './parsed.ts'
import {
  asArray,
  asCount,
  asDigest,
  asInstant,
  asObject,
  asOneOf,
  asText,
  expectKeys,
  isInstant,
  ShapeMismatch,
} from './reading.ts'

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
/** Lower-case words joined by dots, hyphens inside: `sign-off.recorded`. */
const ENTRY_TYPE = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*(?:\.[a-z][a-z0-9]*(?:-[a-z0-9]+)*)+$/

/** True for ids an entry may carry: UUID version 7 in lower case. */
export function isEntryId(text: string): boolean {
  return UUID_V7.test(text)
}

/** True for `noun.verb` names of facts, at most 100 characters. */
export function isEntryType(text: string): boolean {
  return text.length <= 100 && ENTRY_TYPE.test(text)
}

/** The bytes that follow the header in a leaf. @throws CANONICAL_VALUE_REFUSED for what JSON cannot say exactly. */
export function encodeEntryBody(body: EntryBody): Uint8Array {
  return canonicalBytes(body)
}

/** Refuses bodies that are not canonical JSON, miss a field or have one too many. */
export function parseEntryBody(bytes: Uint8Array): Parsed<EntryBody> {
  try {
    const text = textOfCanonical(bytes)
    return accepted(readPlainBody(text) ?? readEntryBody(parseCanonicalText(text)))
  } catch (thrown) {
    if (thrown instanceof ShapeMismatch) return refused(thrown.message)
    throw thrown
  }
}

/**
 * Parses JSON whose bytes must be its own canonical form. The plain parser is enough here: whatever it would silently
 * change (a duplicate key, an integer beyond 2^53-1, a lone surrogate) does not come back as the same bytes.
 * @throws ShapeMismatch for bad UTF-8, text that is no JSON, and any other spelling of the value.
 */
export function parseCanonical(bytes: Uint8Array): Json {
  return parseCanonicalText(textOfCanonical(bytes))
}

/** Strict decoding is one to one, so texts can be compared in place of bytes. @throws ShapeMismatch for bad UTF-8 */
export function textOfCanonical(bytes: Uint8Array): string {
  try {
    return utf8Text(bytes)
  } catch (thrown) {
    throw thrown instanceof TypeError ? new ShapeMismatch(messageOf(thrown)) : thrown
  }
}

/** As `parseCanonical`, for text that was decoded already. */
export function parseCanonicalText(text: string): Json {
  let value: Json
  let isCanonical: boolean
  try {
    value = JSON.parse(text) as Json
    isCanonical = isCanonicalText(text, value)
  } catch (thrown) {
    const isRefusal = thrown instanceof SeaworthyError || thrown instanceof SyntaxError
    if (isRefusal) throw new ShapeMismatch(messageOf(thrown), { cause: thrown })
    throw thrown
  }
  if (!isCanonical) throw new ShapeMismatch('expected canonical JSON (RFC 8785)')
  return value
}

/** True for RFC 3339 instants in UTC with milliseconds, the form an entry's `ts` has. */
export function isEntryInstant(text: string): boolean {
  return isInstant(text)
}

function readEntryBody(value: Json): EntryBody {
  const body = asObject(value, 'the entry')
  expectKeys(
    body,
    ['v', 'id', 'ts', 'type', 'actor', 'subject', 'src', 'payload', 'refs'],
    ['subjectSeq'],
    'the entry',
  )
  if (body['v'] !== 1) throw new ShapeMismatch('expected entry version 1')
  const id = asText(body['id'], 'id')
  if (!isEntryId(id)) throw new ShapeMismatch('expected id to be a UUID of version 7')
  const type = asText(body['type'], 'type')
  if (!isEntryType(type)) throw new ShapeMismatch('expected type to be words joined by dots')
  const src = asObject(body['src'], 'src')
  expectKeys(src, ['producer', 'version'], [], 'src')
  const subjectSeq = body['subjectSeq']
  return {
    v: 1,
    id,
    ts: asInstant(body['ts'], 'ts'),
    type,
    actor: asText(body['actor'], 'actor'),
    subject: asText(body['subject'], 'subject'),
    ...(subjectSeq === undefined ? {} : { subjectSeq: asCount(subjectSeq, 'subjectSeq') }),
    src: {
      producer: asText(src['producer'], 'producer'),
      version: asText(src['version'], 'version'),
    },
    payload: readCommitment(body['payload']),
    refs: asArray(body['refs'], 'refs').map((ref) => asDigest(ref, 'refs')),
  }
}

function readCommitment(value: Json | undefined): PayloadCommitment {
  const payload = asObject(value, 'payload')
  expectKeys(payload, ['alg', 'c'], ['ref'], 'payload')
  const c = asText(payload['c'], 'payload.c')
  if (!isHashText(c)) throw new ShapeMismatch('expected payload.c to be 32 bytes in base64')
  const ref = payload['ref']
  return {
    alg: asOneOf(payload['alg'], [COMMITMENT_ALGORITHM], 'payload.alg'),
    c,
    ...(ref === undefined ? {} : { ref: asText(ref, 'payload.ref') }),
  }
}

/** Padded base64 of 32 bytes, its unused bits zero. */
const HASH_TEXT = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/

function isHashText(text: string): boolean {
  return HASH_TEXT.test(text)
}
