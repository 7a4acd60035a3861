// An issuer that answers as it is told: forged, stale and mixed-up id tokens, and GitHub's API, on the loopback.
import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import type { CryptoKey, JWTPayload } from 'jose'
import { CLIENT_ID } from './issuer.ts'

export interface TokenForm {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly kid?: string
  /** Signed by a key that the issuer does not publish. */
  readonly isForeign?: boolean
  /** The published key, taken for a shared secret. */
  readonly isHmac?: boolean
  readonly isUnsigned?: boolean
}

export interface HostileIssuer {
  readonly issuer: string
  /** What its next id token looks like; changes what is right. */
  form: TokenForm
  /** What it says about itself; changes what is right. */
  metadata: Readonly<Record<string, unknown>>
  /** Answers instead of the usual ones, by path. */
  readonly answers: Map<string, { readonly status: number; readonly body: unknown }>
  /** Addresses that were asked for, in order. */
  readonly asked: string[]
  close(): void
}

/** @param nonce what a right answer bears */
export async function openHostileIssuer(
  t: Pick<TestContext, 'after'>,
  nonceOf: () => string,
): Promise<HostileIssuer> {
  const published = await generateKeyPair('RS256', { extractable: true })
  const foreign = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(published.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => end(server))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const own: HostileIssuer = {
    issuer,
    form: {},
    metadata: {},
    answers: new Map(),
    asked: [],
    close: () => end(server),
  }
  const idToken = (): Promise<string> => {
    const { form } = own
    const claims = claimsOf(issuer, nonceOf(), form.claims)
    const kid = form.kid ?? 'k1'
    if (form.isUnsigned === true) return Promise.resolve(new UnsecuredJWT(claims).encode())
    if (form.isHmac === true) return signHmac(claims, JSON.stringify(jwk))
    const key: CryptoKey = form.isForeign === true ? foreign.privateKey : published.privateKey
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(key)
  }
  const usual: Readonly<Record<string, () => unknown>> = {
    '/.well-known/openid-configuration': () => ({ ...describe(issuer), ...own.metadata }),
    '/jwks': () => ({ keys: [jwk] }),
    '/token': async () => ({
      access_token: 'a',
      token_type: 'Bearer',
      id_token: await idToken(),
    }),
  }
  server.on('request', (request: IncomingMessage, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    own.asked.push(path)
    request.resume()
    const special = own.answers.get(path)
    const answer = async (): Promise<void> => {
      const body: unknown = await (special?.body ?? usual[path]?.())
      const status = special?.status ?? (body === undefined ? 404 : 200)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    answer().catch((error: unknown) => response.destroy(error as Error))
  })
  return own
}

function end(server: Server): void {
  server.closeAllConnections()
  server.close()
}

function describe(issuer: string): Record<string, unknown> {
  return {
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
}

function claimsOf(issuer: string, nonce: string, changed: TokenForm['claims'] = {}): JWTPayload {
  const nowS = Math.floor(Date.now() / 1_000)
  const right = { iss: issuer, aud: CLIENT_ID, sub: 'ann', nonce, iat: nowS, exp: nowS + 300 }
  return { ...right, ...changed }
}

function signHmac(claims: JWTPayload, secret: string): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
    .sign(new TextEncoder().encode(secret))
}
