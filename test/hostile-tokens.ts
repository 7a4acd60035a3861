// Service tokens as somebody hostile would make them from an honest one, by name; some are signed with the honest key itself.
import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import type { JWTPayload, ProtectedHeaderParameters } from 'jose'
import type { Signer } from '../src/kernel/index.ts'
import { testSigner } from './crypto.ts'

interface Forge {
  readonly token: string
  readonly header: ProtectedHeaderParameters
  readonly claims: JWTPayload
  readonly signer: Signer
  /** Signed with the honest key unless told otherwise. */
  signed(head: unknown, body: unknown, by?: Signer): Promise<string>
}

const part = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** @param signer of the honest token @returns tokens by what is wrong with them */
export async function hostileTokens(
  token: string,
  signer: Signer,
): Promise<Readonly<Record<string, string>>> {
  const forge: Forge = {
    token,
    header: decodeProtectedHeader(token),
    claims: decodeJwt(token),
    signer,
    async signed(head, body, by = signer) {
      const text = `${part(head)}.${part(body)}`
      return `${text}.${Buffer.from(await by.sign(Buffer.from(text))).toString('base64url')}`
    },
  }
  return {
    ...otherAlgorithms(forge),
    ...(await otherHeaders(forge)),
    ...(await otherClaims(forge)),
    ...brokenForms(forge),
  }
}

/** The honest token, made anew by the forger: what is refused below is refused for what is wrong with it. */
export async function honestCopy(token: string, signer: Signer): Promise<string> {
  const text = token.slice(0, token.lastIndexOf('.'))
  return `${text}.${Buffer.from(await signer.sign(Buffer.from(text))).toString('base64url')}`
}

function otherAlgorithms({ token, header, claims, signer }: Forge): Record<string, string> {
  const [head, body, signature] = token.split('.')
  const key = createPublicKey({ key: Buffer.from(signer.publicKey), format: 'der', type: 'spki' })
  const hs256 = (secret: string | Buffer): string => {
    const text = `${part({ ...header, alg: 'HS256' })}.${part(claims)}`
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
  }
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const rsaText = `${part({ ...header, alg: 'RS256' })}.${part(claims)}`
  const rsaSignature = sign('sha256', Buffer.from(rsaText), rsa.privateKey).toString('base64url')
  return {
    'alg none': `${part({ ...header, alg: 'none' })}.${body}.`,
    'alg None with the signature': `${part({ ...header, alg: 'None' })}.${body}.${signature}`,
    'no signature': `${head}.${body}.`,
    'HS256 with the public key as DER': hs256(Buffer.from(signer.publicKey)),
    'HS256 with the public key as PEM': hs256(key.export({ format: 'pem', type: 'spki' })),
    'HS256 with the public key as JWK': hs256(JSON.stringify(key.export({ format: 'jwk' }))),
    'HS256 with the raw public key': hs256(Buffer.from(signer.publicKey).subarray(-32)),
    'RS256 of another key': `${rsaText}.${rsaSignature}`,
  }
}

async function otherHeaders({ header, claims, signed }: Forge): Promise<Record<string, string>> {
  const own = testSigner('ed25519')
  const spki = { key: Buffer.from(own.publicKey), format: 'der', type: 'spki' } as const
  const jwk = createPublicKey(spki).export({ format: 'jwk' })
  const { kid } = header
  return {
    'another key under a known kid': await signed(header, claims, own),
    'unknown kid': await signed({ ...header, kid: 'A'.repeat(43) }, claims, own),
    'kid that is a path': await signed({ ...header, kid: '../../keys/api.secret' }, claims),
    'kid that is SQL': await signed({ ...header, kid: "' or '1'='1" }, claims),
    'no kid': await signed({ alg: 'EdDSA', typ: 'at+jwt' }, claims),
    'kid that is no text': await signed({ ...header, kid: [kid] }, claims),
    'jwk in the header': await signed({ ...header, jwk }, claims, own),
    'jwk beside an honest signature': await signed({ ...header, jwk }, claims),
    'jku in the header': await signed({ ...header, jku: 'http://127.0.0.1:1/jwks' }, claims),
    'x5u in the header': await signed({ ...header, x5u: 'http://127.0.0.1:1/cert' }, claims),
    'x5c in the header': await signed({ ...header, x5c: ['MII'] }, claims),
    'crit in the header': await signed({ ...header, crit: ['b64'], b64: false }, claims),
    'typ JWT': await signed({ ...header, typ: 'JWT' }, claims),
    'no typ': await signed({ alg: 'EdDSA', kid }, claims),
    'a doubled header member': await signed(
      `{"alg":"none","alg":"EdDSA","typ":"at+jwt","kid":"${kid}"}`,
      claims,
    ),
  }
}

async function otherClaims({ header, claims, signed }: Forge): Promise<Record<string, string>> {
  const now = claims.iat ?? 0
  const table: Record<string, object> = {
    'another audience': { aud: 'billing' },
    'two audiences': { aud: ['seaworthy', 'billing'] },
    'another issuer': { iss: 'urn:seaworthy:0' },
    'not valid yet': { nbf: now + 3_600 },
    'issued tomorrow': { iat: now + 86_400, exp: now + 86_700 },
    'expired an hour ago': { iat: now - 3_900, exp: now - 3_600 },
    'issued long ago, good for a year': { iat: now - 3_600, exp: now + 31_536_000 },
    'good for a year': { exp: now + 31_536_000 },
    'exp that is text': { exp: String(claims.exp) },
    'a role of its own': { role: 'owner' },
    'a further claim': { scope: '*' },
  }
  const tokens: Record<string, string> = {}
  for (const [name, change] of Object.entries(table))
    tokens[name] = await signed(header, { ...claims, ...change })
  for (const name of Object.keys(claims)) {
    const rest = Object.entries(claims).filter(([key]) => key !== name)
    tokens[`no ${name}`] = await signed(header, Object.fromEntries(rest))
  }
  return tokens
}

function brokenForms({ token, claims }: Forge): Record<string, string> {
  const [head = '', body = '', signature = ''] = token.split('.')
  const other = signature.startsWith('A') ? 'B' : 'A'
  return {
    'a changed claim': `${head}.${part({ ...claims, role: 'admin' })}.${signature}`,
    'a changed signature': `${head}.${body}.${other}${signature.slice(1)}`,
    'four parts': `${token}.${signature}`,
    'two parts': `${head}.${body}`,
    'an encrypted token': `${part({ alg: 'dir', enc: 'A128GCM' })}...${body}.`,
    padding: `${head}=.${body}.${signature}`,
    'a megabyte': `${head}.${'A'.repeat(1_000_000)}.${signature}`,
    nothing: '..',
  }
}
