// Reads service tokens, all of them hostile until every claim and the signature hold; nothing in a token is ever fetched.
import { errors, importJWK, jwtVerify } from 'jose'
import { z } from 'zod'
import { parseStrictJson, utf8Text } from '../../kernel/index.ts'
import type { Clock } from '../../kernel/index.ts'
import {
  bytesOfBase64Url,
  jwkOf,
  OWN_AUDIENCE,
  SKEW_S,
  TOKEN_LIFETIME_S,
  TOKEN_TYPE,
} from './model.ts'
import type { TokenKey, TokenRights } from './model.ts'

/** Our own are below one KiB, with fifty long names of environments below eight. */
const TOKEN_LIMIT_LENGTH = 16_384

/** Exactly this: a header that names keys or places of keys (`jwk`, `jku`, `x5u`, `x5c`) or asks for anything else is none of ours. */
const headerSchema = z.strictObject({
  alg: z.literal('EdDSA'),
  kid: z.string().regex(/^[\w-]{43}$/),
  typ: z.literal(TOKEN_TYPE),
})
const claimsSchema = z.strictObject({
  iss: z.string(),
  aud: z.literal(OWN_AUDIENCE),
  sub: z.string().min(1).max(200),
  iat: z.int(),
  exp: z.int(),
  jti: z.uuid(),
  tenant: z.string().min(1),
  role: z.enum(['admin', 'developer', 'viewer']),
  environments: z.array(z.string()).min(1).nullable(),
})
const CLAIMS = ['iss', 'aud', 'sub', 'iat', 'exp', 'jti']

export interface TokenReadingPorts {
  readonly clock: Clock
  findKey(kid: string): Promise<TokenKey | undefined>
}

/** Three parts with dots between them: whether the text claims to be a token. */
export function looksLikeToken(text: string): boolean {
  return text.split('.', 4).length === 3
}

/** Undefined for everything that no server of this deployment signed, for this API, within the last minutes. */
export async function readToken(
  { clock, findKey }: TokenReadingPorts,
  text: string,
): Promise<TokenRights | undefined> {
  if (text.length > TOKEN_LIMIT_LENGTH || !looksLikeToken(text)) return undefined
  const header = headerSchema.safeParse(headerOf(text))
  if (!header.success) return undefined
  const key = await findKey(header.data.kid)
  if (key === undefined) return undefined
  const payload = await verifiedPayload(text, key, clock.nowMs())
  const claims = claimsSchema.safeParse(payload)
  if (!claims.success || !isWithinKey(claims.data, key)) return undefined
  const { sub: subject, tenant: tenantId, role, environments } = claims.data
  return { subject, tenantId, role, environments }
}

function headerOf(text: string): unknown {
  try {
    return parseStrictJson(utf8Text(bytesOfBase64Url(text.slice(0, text.indexOf('.')))))
  } catch {
    // Not base64url, not UTF-8, not strict JSON: in a header all of it is the same refusal.
    return undefined
  }
}

async function verifiedPayload(text: string, key: TokenKey, nowMs: number): Promise<unknown> {
  try {
    const verified = await jwtVerify(text, await importJWK({ ...jwkOf(key) }), {
      algorithms: ['EdDSA'],
      typ: TOKEN_TYPE,
      issuer: key.issuer,
      audience: OWN_AUDIENCE,
      requiredClaims: CLAIMS,
      maxTokenAge: TOKEN_LIFETIME_S,
      clockTolerance: SKEW_S,
      currentDate: new Date(nowMs),
    })
    return verified.payload
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}

/** A token lives five minutes at most, and was signed on the day of its key. */
function isWithinKey({ iat, exp }: { iat: number; exp: number }, key: TokenKey): boolean {
  const issuedAtMs = iat * 1_000
  const skewMs = SKEW_S * 1_000
  return (
    exp > iat &&
    exp - iat <= TOKEN_LIFETIME_S &&
    issuedAtMs >= key.signsFromMs - skewMs &&
    issuedAtMs <= key.signsUntilMs + skewMs
  )
}
