// What a preview is, and what its token is bound to.
import { base64Of, canonicalBytes, canonicalize } from '../kernel/index.ts'
import type { ActionPreview, Digest, Json } from '../kernel/index.ts'

/** How long a token can be confirmed: long enough to read what it shows, too short to be found next week. */
export const TOKEN_LIFETIME_MS = 30 * 60_000
/** Bytes of a token before encoding: 144 bits. */
const TOKEN_BYTES = 18
/** Of the chance that goes into a token. */
export const NONCE_BYTES = 16

/** A preview with the token that carries it out. */
export interface IssuedPreview extends ActionPreview {
  readonly action: string
  readonly token: string
  /** RFC 3339. */
  readonly expiresAt: string
  /** Present where somebody else has to confirm. */
  readonly asksSecondPerson?: true
}

/** All that a token is bound to. Any of it altered makes another token. */
export interface TokenTerms {
  readonly action: string
  readonly tenantId: string
  readonly principal: string
  readonly params: Json
  readonly preview: ActionPreview
  readonly createdAt: string
  readonly expiresAt: string
  /** Chance, so that two previews of the same thing have two tokens. */
  readonly nonce: string
  readonly asksSecondPerson: boolean
}

/**
 * The token of a preview: the MAC over everything it is bound to. Whoever can write the table but has no key can
 * therefore not turn one preview into another. It begins with a letter, so that no command line takes it for an option.
 */
export function mintToken(digest: Digest, secret: Uint8Array, terms: TokenTerms): string {
  const pinned = canonicalBytes({
    ...terms,
    preview: jsonOf(terms.preview),
    use: 'seaworthy.action/1',
  })
  const mac = digest.hmacSha256(secret, pinned).subarray(0, TOKEN_BYTES)
  // Base64 that fits a command line and a URL (RFC 4648 section 5).
  return `c${base64Of(mac).replaceAll('+', '-').replaceAll('/', '_')}`
}

/** Whether the same would happen under the same rules; how it is worded for people does not matter. */
export function isSameState(left: ActionPreview, right: ActionPreview): boolean {
  const pinned = (preview: ActionPreview): string =>
    canonicalize({ ...jsonOf(preview), summary: '' })
  return pinned(left) === pinned(right)
}

function jsonOf({ summary, risk, changes, policy, state }: ActionPreview): {
  readonly [key: string]: Json
} {
  return {
    summary,
    risk,
    changes: changes.map(({ of, effect, what }) => ({ of, effect, what })),
    policy,
    state,
  }
}
