// Takes secret values out of everything a check saw, before it is hashed, stored or shown.
import {
  base64Of,
  isSecretName,
  MASK,
  MASKED_VALUE_MINIMUM_LENGTH,
  passwordInUrl,
  redactValues,
  utf8Bytes,
} from '../kernel/index.ts'
import type { Redacted } from '../kernel/index.ts'
import { runnerFault } from './errors.ts'

/** Lines of a secret of several lines (a PEM key) are masked one by one from this length. */
const SECRET_LINE_MINIMUM_LENGTH = 12

/** Whether a parameter must never be stored, by its name or because its value is a URL with a password. */
export function isSecretParameter(name: string, value: string): boolean {
  return isSecretName(name) || credentialsOf(value).length > 0
}

export interface MaskedBytes {
  readonly bytes: Uint8Array
  readonly count: number
}

/** Masks byte streams and texts of one run. */
export interface SecretMask {
  /** @param truncated whether the stream was cut: then the beginning of a secret at its very end is masked too */
  maskBytes(bytes: Uint8Array, truncated: boolean): MaskedBytes
  maskText(text: string): Redacted
}

/**
 * The mask for a run: the secrets themselves, what a URL with credentials hides, and each in the spellings that
 * tools print (URL-encoded, JSON-escaped, base64, line by line).
 * @throws RUNNER_SECRET_REFUSED when a declared secret is too short to be masked
 */
export function secretMask(
  parameters: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, string>>,
): SecretMask {
  for (const [name, value] of Object.entries(secrets)) {
    if (value.length < MASKED_VALUE_MINIMUM_LENGTH) {
      throw runnerFault(
        'RUNNER_SECRET_REFUSED',
        `expected a secret of at least ${MASKED_VALUE_MINIMUM_LENGTH} characters for ${name}, got ${value.length}`,
        { details: { parameter: name } },
      )
    }
  }
  const spellings = new Set<string>()
  for (const value of [...Object.values(secrets), ...impliedSecrets(parameters)]) {
    for (const spelling of spellingsOf(value)) spellings.add(spelling)
  }
  spellings.delete(MASK)
  // Bytes are masked as one character per byte, so that output in no encoding at all stays byte for byte what it was.
  const binary = [...spellings].map((text) => binaryText(utf8Bytes(text)))
  return {
    maskText: (text) => redactValues(text, [...spellings]),
    maskBytes: (bytes, truncated) => maskBinary(bytes, binary, truncated),
  }
}

function impliedSecrets(parameters: Readonly<Record<string, string>>): string[] {
  const found: string[] = []
  for (const [name, value] of Object.entries(parameters)) {
    const credentials = credentialsOf(value)
    if (isSecretParameter(name, value)) found.push(value)
    found.push(...credentials)
  }
  return found
}

/** The password of a URL such as `postgres://app:secret@host/db`, as written and decoded. */
function credentialsOf(value: string): string[] {
  const password = passwordInUrl(value)
  if (password === undefined) return []
  try {
    return [password, decodeURIComponent(password)]
  } catch (thrown) {
    // A stray percent sign: then the written form is the only form.
    if (thrown instanceof URIError) return [password]
    throw thrown
  }
}

function spellingsOf(value: string): string[] {
  const text = value.toWellFormed()
  const inUrl = encodeURIComponent(text)
  const inJson = JSON.stringify(text).slice(1, -1)
  const spellings = [
    text,
    inUrl,
    // Lower-case hexadecimal digits, and a form's plus sign for a blank (WHATWG URL, section 5).
    inUrl.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    inUrl.replaceAll('%20', '+'),
    inJson,
    inJson.replaceAll('/', '\\/'),
    ...base64Spellings(utf8Bytes(text)),
  ]
  const lines = text.split(/\r?\n/)
  if (lines.length > 1)
    spellings.push(...lines.filter((line) => line.length >= SECRET_LINE_MINIMUM_LENGTH))
  return spellings
}

/**
 * What base64 makes of the secret wherever it stands in what was encoded, such as behind a user name and a colon: the
 * characters that depend on nothing but the secret, for each of the three offsets, in both alphabets (RFC 4648).
 */
function base64Spellings(secret: Uint8Array): string[] {
  const whole = base64Of(secret).replace(/=+$/, '')
  const inside = [0, 1, 2].map((offset) => {
    const padded = new Uint8Array(offset + secret.length)
    padded.set(secret, offset)
    const from = Math.ceil((offset * 8) / 6)
    return base64Of(padded).slice(from, Math.floor((padded.length * 8) / 6))
  })
  const standard = [whole, ...inside]
  return [...standard, ...standard.map((each) => each.replaceAll('+', '-').replaceAll('/', '_'))]
}

function maskBinary(
  bytes: Uint8Array,
  secrets: readonly string[],
  truncated: boolean,
): MaskedBytes {
  if (secrets.length === 0) return { bytes, count: 0 }
  const redacted = redactValues(binaryText(bytes), secrets)
  const cut = truncated ? lengthOfSecretStart(redacted.text, secrets) : 0
  const count = redacted.count + (cut > 0 ? 1 : 0)
  if (count === 0) return { bytes, count }
  const text = cut > 0 ? redacted.text.slice(0, -cut) + MASK : redacted.text
  return { bytes: Uint8Array.from(Buffer.from(text, 'latin1')), count }
}

/** How many characters at the end of `text` are the beginning of a secret that the cut went through. */
function lengthOfSecretStart(text: string, secrets: readonly string[]): number {
  let longest = 0
  for (const secret of secrets) {
    if (secret.length < MASKED_VALUE_MINIMUM_LENGTH) continue
    for (let length = secret.length - 1; length > longest; length--) {
      if (text.endsWith(secret.slice(0, length))) longest = length
    }
  }
  return longest
}

function binaryText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
