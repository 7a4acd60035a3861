// Signs service tokens for whoever shows a longer-lived credential, and reads them again.
import { utf8Bytes, UUID_CHANCE_BYTES, uuidV7 } from '../../kernel/index.ts'
import type { AccessRole, Caller } from '../../kernel/index.ts'
import { identityFault } from '../errors.ts'
import {
  base64UrlOf,
  encodedJson,
  jwkOf,
  OWN_AUDIENCE,
  TOKEN_LIFETIME_S,
  TOKEN_TYPE,
} from './model.ts'
import type { PublicJwk, TokenRights } from './model.ts'
import { makeTokenKeys } from './token-keys.ts'
import type { TokenKeyPorts } from './token-keys.ts'
import { readToken } from './verification.ts'

export interface TokenWish {
  /** Absent = this API. */
  readonly audience?: string | undefined
  /** Absent = the caller's own. */
  readonly role?: AccessRole | undefined
  /** Absent = the caller's own. */
  readonly environments?: readonly string[] | undefined
}

export interface IssuedToken extends TokenRights {
  readonly token: string
  readonly audience: string
  readonly issuer: string
  /** RFC 3339. */
  readonly expiresAt: string
}

export interface ServiceTokenPorts extends TokenKeyPorts {
  /** Whether the API key of that id still opens anything. */
  isKeyInForce(keyId: string): Promise<boolean>
}

export interface ServiceTokens {
  /** @throws IDENTITY_TOKEN_REFUSED for more than the caller may, and for a caller who has but a token */
  issue(caller: Caller, wish: TokenWish): Promise<IssuedToken>
  /** Undefined for what is no good, or whose API key is not any more. */
  verify(text: string): Promise<TokenRights | undefined>
  /** What anybody may verify tokens with (RFC 7517). */
  jwks(): Promise<{ readonly keys: PublicJwk[] }>
}

const RANK: Readonly<Record<AccessRole, number>> = { viewer: 1, developer: 2, admin: 3 }
const KEY_SUBJECT = /^key-([0-9A-Za-z]{12})$/

export function makeServiceTokens(ports: ServiceTokenPorts): ServiceTokens {
  const keys = makeTokenKeys(ports)
  const { clock } = ports
  return {
    async issue(caller, wish) {
      const rights = rightsOf(caller, wish)
      const { key, signer } = await keys.own()
      const issuedAtS = Math.floor(clock.nowMs() / 1_000)
      const audience = wish.audience ?? OWN_AUDIENCE
      const header = { alg: 'EdDSA', kid: key.kid, typ: TOKEN_TYPE }
      const claims = {
        iss: key.issuer,
        aud: audience,
        sub: rights.subject,
        iat: issuedAtS,
        exp: issuedAtS + TOKEN_LIFETIME_S,
        jti: uuidV7(clock.nowMs(), ports.random.bytes(UUID_CHANCE_BYTES)),
        tenant: rights.tenantId,
        role: rights.role,
        environments: rights.environments,
      }
      const signed = `${encodedJson(header)}.${encodedJson(claims)}`
      const token = `${signed}.${base64UrlOf(await signer.sign(utf8Bytes(signed)))}`
      const expiresAt = new Date(claims.exp * 1_000).toISOString()
      return { ...rights, token, audience, issuer: key.issuer, expiresAt }
    },
    async verify(text) {
      const rights = await readToken({ clock, findKey: (kid) => keys.find(kid) }, text)
      if (rights === undefined) return undefined
      const [, keyId] = KEY_SUBJECT.exec(rights.subject) ?? []
      return keyId === undefined || (await ports.isKeyInForce(keyId)) ? rights : undefined
    },
    async jwks() {
      return { keys: (await keys.published()).map(jwkOf) }
    },
  }
}

function rightsOf(caller: Caller, wish: TokenWish): TokenRights {
  // A token that could be exchanged for a fresh one would live for ever.
  if (caller.credential === 'service-token')
    throw refuse('an API key or the operator’s key, got a service token')
  // A session ends at once on every server, and what it gave would not.
  if (caller.credential === 'session') throw refuse('an API key, got the session of a browser')
  const role = wish.role ?? caller.role
  if (RANK[role] > RANK[caller.role]) throw refuse(`at most the rights of a ${caller.role}`)
  const environments = wish.environments ?? caller.environments
  const { environments: own } = caller
  if (own !== null && environments?.some((each) => !own.includes(each)) !== false)
    throw refuse(`only environments of ${own.join(', ')}`)
  return { subject: caller.id, tenantId: caller.tenantId, role, environments }
}

function refuse(what: string): Error {
  return identityFault('IDENTITY_TOKEN_REFUSED', `expected ${what}`)
}
