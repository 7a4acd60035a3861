// Recognises secrets in text, so that they are reported without being repeated.

interface SecretPattern {
  readonly what: string
  /** The first group, or the whole match, is the secret. */
  readonly pattern: RegExp
  /** A cheap sign without which the costly pattern cannot match. */
  readonly sign?: RegExp
}

const PATTERNS: readonly SecretPattern[] = [
  { what: 'an AWS access key', pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g },
  {
    what: 'a GitHub token',
    pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255})/g,
  },
  { what: 'a GitLab token', pattern: /\bglpat-[A-Za-z0-9_-]{20,64}/g },
  { what: 'a Slack token', pattern: /\bxox[abprs]-[A-Za-z0-9-]{10,255}/g },
  {
    what: 'a service key',
    pattern: /\b(?:sk|rk)[-_](?:live|test|ant|proj)?[-_]?[A-Za-z0-9_-]{20,255}/g,
  },
  { what: 'a Google key', pattern: /\bAIza[0-9A-Za-z_-]{35}/g },
  { what: 'a private key', pattern: /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----/g },
  {
    what: 'a signed token',
    pattern: /\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,2000}/g,
  },
  { what: 'a bearer token', pattern: /\b[Bb]earer\s+([A-Za-z0-9._~+/=-]{16,4000})/g },
  {
    what: 'a password in an address',
    sign: /:\/\/[^@\n]*@/,
    pattern: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@'"$<]{1,100}:([^\s:/@'"$<{]{3,200})@/g,
  },
  {
    what: 'a password',
    sign: /password|passwd|secret|api[_-]?key|access[_-]?key|auth[_-]?token/i,
    pattern:
      /\b[A-Za-z0-9_-]{0,60}(?:password|passwd|secret|api[_-]?key|access[_-]?key|auth[_-]?token)["']?\s{0,3}[:=]\s{0,3}["']?([^\s"'$<>{}[\]()`,;]{8,200})/gi,
  },
]

/** Values that stand for a secret without being one. */
const PLACEHOLDER =
  /^(?:x+|\*+|\.+|_+|<.*|\[.*|your[-_ ].*|example.*|changeme.*|placeholder.*|dummy.*|redacted.*|masked.*|secret|password|true|false|required|optional|none|null|env\..*|process\..*)$/i
const SAMPLE = /EXAMPLE|(.)\1{7}/

export interface SecretPlace {
  readonly what: string
  readonly offset: number
  readonly length: number
}

/** Where secrets stand in the text, in order, without overlaps. */
export function findSecrets(text: string): readonly SecretPlace[] {
  const places: SecretPlace[] = []
  for (const { what, pattern, sign } of PATTERNS) {
    if (sign?.test(text) === false) continue
    for (const match of text.matchAll(pattern)) {
      const secret = match[1] ?? match[0]
      if (PLACEHOLDER.test(secret) || SAMPLE.test(secret)) continue
      const offset = match.index + match[0].lastIndexOf(secret)
      const overlaps = places.some(
        (place) => offset < place.offset + place.length && place.offset < offset + secret.length,
      )
      if (!overlaps) places.push({ what, offset, length: secret.length })
    }
  }
  return places.sort((a, b) => a.offset - b.offset)
}

/** The text with every secret covered by dots of the same length, so that columns stay. */
export function coverSecrets(text: string): string {
  let out = text
  for (const { offset, length } of findSecrets(text)) {
    out = out.slice(0, offset) + '•'.repeat(length) + out.slice(offset + length)
  }
  return out
}
