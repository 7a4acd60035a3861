// Masks secrets before anything is stored or shown.

/** What stands where a secret was. Assertions that read it become INCONCLUSIVE. */
export const MASK = '[masked]'

/** Shorter values are not masked: they would match by chance and leave nothing readable. */
export const MASKED_VALUE_MINIMUM_LENGTH = 6

/** Values named like this are secret even when nobody said so: short words only as a word of the name, so that PASS_RATE and the slot `tests-pass` are none. */
const SECRET_NAME =
  /TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|PASSCODE|CREDENTIAL|KEY|COOKIE|BEARER|AUTHORIZATION|(?:^|_)(?:JWT|AUTH)(?:_|$)|(?:(?<=\w)PASS|PWD|(?:^|_)(?:PW|PAT))(?:_?[0-9]{1,3})?$/i

export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name)
}

/**
 * The password in a URL such as `postgres://app:secret@host/db`, as written; undefined without one. It goes up to the last `@` of
 * the authority, as clients read it (WHATWG URL, section 4.4).
 */
export function passwordInUrl(value: string): string | undefined {
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^/?#:]*:([^/?#]*)@/i.exec(value)?.[1]
  return password === '' ? undefined : password
}

export interface Redacted {
  readonly text: string
  /** How many places were masked. */
  readonly count: number
}

/** Replaces every occurrence of the given secret values, longest first. */
export function redactValues(text: string, secrets: readonly string[]): Redacted {
  let count = 0
  let out = text
  const usable = [...new Set(secrets)].filter(
    (secret) => secret.length >= MASKED_VALUE_MINIMUM_LENGTH,
  )
  for (const secret of usable.sort((a, b) => b.length - a.length)) {
    const parts = out.split(secret)
    count += parts.length - 1
    out = parts.join(MASK)
  }
  return { text: out, count }
}

/** Letters and digits in one piece, long enough that nobody made a word of them. */
const SECRET_PIECE = /[A-Za-z0-9]{16,}/g
const MIXED_CASE_MINIMUM_LENGTH = 20

/**
 * True for what keys, tokens and passwords of machines look like: a long piece in which letters and digits, or small and
 * capital letters, are mixed. UUIDs and words with hyphens are none; a password made of words cannot be told from a name.
 */
export function looksLikeSecret(text: string): boolean {
  return secretPieceOf(text) !== undefined
}

/** What of a text looks like a secret, without the words around it. */
export function secretPieceOf(text: string): string | undefined {
  return (text.match(SECRET_PIECE) ?? []).find(
    (piece) =>
      (/[0-9]/.test(piece) && /[A-Za-z]/.test(piece)) ||
      (piece.length >= MIXED_CASE_MINIMUM_LENGTH && /[a-z]/.test(piece) && /[A-Z]/.test(piece)),
  )
}
