// Takes a token of the candidate, verifies it as another service would, and sends back what was forged from it.
import { createHmac, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import type { JsonWebKeyInput } from 'node:crypto'
import { ask, expect, makeKey, must, read, tell, until } from './asking.ts'

const LIFETIME_LIMIT_S = 300

const partOf = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const valueOf = (part: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>

const maker = await makeKey('developer')
const { token } = await must<{ token: string }>('POST', '/v1/service-tokens', undefined, maker)
const [head = '', body = '', signature = ''] = token.split('.')
const [header, claims] = [valueOf(head), valueOf(body)]
expect(header['alg'] === 'EdDSA', `the token is signed with ${String(header['alg'])}`)
const lifetimeS = Number(claims['exp']) - Number(claims['iat'])
expect(lifetimeS > 0 && lifetimeS <= LIFETIME_LIMIT_S, `the token lives ${lifetimeS} s`)

interface Published {
  readonly keys: readonly (JsonWebKeyInput['key'] & { kid: string })[]
}
const published = await until('the published keys', async () => {
  const answer = await read('/.well-known/jwks.json')
  return answer.status === 429 ? undefined : ((await answer.json()) as Published)
})
const jwk = published.keys.find(({ kid }) => kid === header['kid'])
expect(jwk !== undefined && jwk.d === undefined, 'the key of the token is not published')
const isSigned = verify(
  null,
  Buffer.from(`${head}.${body}`),
  createPublicKey({ key: jwk, format: 'jwk' }),
  Buffer.from(signature, 'base64url'),
)
expect(isSigned, 'the token does not verify with the published key')
await must('GET', '/v1/runs', undefined, { key: token })

/** Whoever guesses is slowed down, and gates before this one were refused too: then it is asked again. */
const statusWith = (key: string): Promise<number> =>
  until('an answer that is no limit', async () => {
    const { status } = await ask('GET', '/v1/runs', undefined, { key })
    return status === 429 ? undefined : status
  })

const own = generateKeyPairSync('ed25519')
const signedWith = (signed: string): string =>
  `${signed}.${sign(null, Buffer.from(signed), own.privateKey).toString('base64url')}`
const asAdmin = partOf({ ...claims, role: 'admin' })
const secretHead = partOf({ ...header, alg: 'HS256' })
const forgeries: Readonly<Record<string, string>> = {
  'another role under the old signature': `${head}.${asAdmin}.${signature}`,
  'no signature': `${head}.${body}.`,
  'alg none': `${partOf({ ...header, alg: 'none' })}.${body}.`,
  'another key under the same name': signedWith(`${head}.${body}`),
  'a key that it brings along': signedWith(
    `${partOf({ ...header, jwk: own.publicKey.export({ format: 'jwk' }) })}.${body}`,
  ),
  'an unknown key': signedWith(`${partOf({ ...header, kid: 'mine' })}.${body}`),
  'the public key as a shared secret': `${secretHead}.${body}.${createHmac('sha256', JSON.stringify(jwk)).update(`${secretHead}.${body}`).digest('base64url')}`,
}
for (const [what, forged] of Object.entries(forgeries)) {
  const status = await statusWith(forged)
  expect(status === 401, `${what}: ${status}`)
}
const elsewhere = await must<{ token: string }>(
  'POST',
  '/v1/service-tokens',
  { audience: 'another service' },
  maker,
)
const stray = await statusWith(elsewhere.token)
expect(stray === 401, `a token for another service opens this one: ${stray}`)
const wish = await ask('POST', '/v1/service-tokens', { role: 'admin' }, maker)
expect(wish.status === 403, `a developer's key gives tokens of an admin: ${wish.status}`)
await must('POST', `/v1/api-keys/${maker.id}/revocation`, { reason: 'certified' })
const refusedCount = Object.keys(forgeries).length + 2
tell({ 'Tokens verified': 1, 'Lives at most': lifetimeS, 'Forged and stray refused': refusedCount })
