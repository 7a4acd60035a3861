// Service tokens over the database: given, verified, refused in every hostile form, and signed by keys that come and go.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeJwt, decodeProtectedHeader, createLocalJWKSet, jwtVerify } from 'jose'
import { fakeClock } from '../../../test/clock.ts'
import type { FakeClock } from '../../../test/clock.ts'
import { nodeDigest, nodeRandom, testSigner } from '../../../test/crypto.ts'
import { hostileTokens, honestCopy } from '../../../test/hostile-tokens.ts'
import { SILENT_LOG } from '../../../test/jobs.ts'
import { openTestSql } from '../../../test/database.ts'
import { SeaworthyError } from '../../kernel/index.ts'
import type { Caller, Signer, Sql } from '../../kernel/index.ts'
import { identitySlice } from '../index.ts'
import { platformSlice } from '../../platform/index.ts'
import { base64UrlOf } from './model.ts'
import { makeServiceTokens } from './service.ts'
import type { ServiceTokens } from './service.ts'
import { endTokenKeys, lockTokenKeys } from './store.ts'

const NOON_MS = Date.parse('2026-11-21T12:00:00.000Z')
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const CALLER: Caller = {
  id: 'key-abcdefABCDEF',
  tenantId: 'acme',
  role: 'developer',
  environments: ['staging', 'test'],
  credential: 'api-key',
}

interface Mint {
  readonly clock: FakeClock
  readonly tokens: ServiceTokens
  /** Signers of this server, by name. */
  readonly signers: Map<string, Signer>
  /** Another server of the same deployment. */
  openSecond(): ServiceTokens
  /** This server again, with what it has in its data folder. */
  restart(): ServiceTokens
  /** Puts a database of before the rotation back. */
  rollBack(): Promise<unknown>
  endKey(): void
  /** What the action of an admin does to the keys. @returns how many ended */
  rotate(): Promise<number>
}

async function openMint(): Promise<Mint> {
  const sql: Sql = await openTestSql([
    platformSlice,
    { name: 'identity', migrations: identitySlice.migrations! },
  ])
  const clock = fakeClock(NOON_MS)
  const signers = new Map<string, Signer>()
  const remembered = new Set<string>()
  let isInForce = true
  const open = (own: Map<string, Signer>, ended = new Set<string>()): ServiceTokens =>
    makeServiceTokens({
      sql,
      clock,
      log: SILENT_LOG,
      endedKeys: {
        read: () => Promise.resolve(ended),
        add: (kids) => Promise.resolve(kids.forEach((kid) => ended.add(kid))),
      },
      random: nodeRandom,
      digest: nodeDigest,
      openTokenSigner(name) {
        const signer = own.get(name) ?? testSigner('ed25519')
        own.set(name, signer)
        return Promise.resolve(signer)
      },
      isKeyInForce: () => Promise.resolve(isInForce),
    })
  return {
    clock,
    signers,
    tokens: open(signers, remembered),
    openSecond: () => open(new Map()),
    restart: () => open(signers, remembered),
    rollBack: () =>
      sql.transaction('system', (tx) => tx.query('update identity_token_key set ended_at = null')),
    endKey() {
      isInForce = false
    },
    rotate: () =>
      sql.transaction('system', async (tx) => {
        await lockTokenKeys(tx)
        return (await endTokenKeys(tx, new Date(clock.nowMs()).toISOString())).length
      }),
  }
}

async function refusalOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'given',
    (error: unknown) => (error instanceof SeaworthyError ? error.code : String(error)),
  )
}

test('a token has the claims of an access token, lives five minutes and a little skew, and is good on every server', async () => {
  const { tokens, clock, openSecond } = await openMint()
  const { token, issuer } = await tokens.issue(CALLER, {})
  const { kid, ...header } = decodeProtectedHeader(token)
  assert.deepEqual(header, { alg: 'EdDSA', typ: 'at+jwt' })
  const { jti, ...claims } = decodeJwt(token)
  assert.match(jti ?? '', /^[0-9a-f-]{36}$/)
  assert.deepEqual(claims, {
    iss: issuer,
    aud: 'seaworthy',
    sub: CALLER.id,
    iat: NOON_MS / 1_000,
    exp: NOON_MS / 1_000 + 300,
    tenant: 'acme',
    role: 'developer',
    environments: ['staging', 'test'],
  })
  const rights = { subject: CALLER.id, tenantId: 'acme', role: 'developer' }
  const second = openSecond()
  for (const server of [tokens, second])
    assert.deepEqual(await server.verify(token), { ...rights, environments: ['staging', 'test'] })
  const elsewhere = await second.issue(CALLER, {})
  assert.equal(elsewhere.issuer, issuer)
  assert.notEqual(decodeProtectedHeader(elsewhere.token).kid, kid)
  clock.advance(1_000)
  assert.notEqual(await tokens.verify(elsewhere.token), undefined)
  clock.advance(5 * MINUTE_MS + 28_000)
  assert.notEqual(await tokens.verify(token), undefined)
  clock.advance(1_000)
  assert.equal(await tokens.verify(token), undefined)
})

test('a token is good no longer than the API key behind it', async () => {
  const { tokens, endKey } = await openMint()
  const { token } = await tokens.issue(CALLER, {})
  assert.notEqual(await tokens.verify(token), undefined)
  endKey()
  assert.equal(await tokens.verify(token), undefined)
})

test('a token may do less than its key and never more, and gives no further token', async () => {
  const { tokens } = await openMint()
  const less = await tokens.issue(CALLER, { role: 'viewer', environments: ['test'] })
  assert.deepEqual([less.role, less.environments], ['viewer', ['test']])
  const wishes = [
    { role: 'admin' },
    { environments: ['production'] },
    { environments: ['test', 'x'] },
  ] as const
  for (const wish of wishes)
    assert.equal(await refusalOf(tokens.issue(CALLER, wish)), 'IDENTITY_TOKEN_REFUSED')
  const borrowed: Caller = { ...CALLER, credential: 'service-token' }
  assert.equal(await refusalOf(tokens.issue(borrowed, {})), 'IDENTITY_TOKEN_REFUSED')
})

test('every hostile token is refused, and only the honest one is read', async () => {
  const { tokens, signers } = await openMint()
  const { token } = await tokens.issue(CALLER, {})
  const signer = signers.get('2026-11-21')
  assert.ok(signer !== undefined)
  const table = await hostileTokens(token, signer)
  const honest = await honestCopy(token, signer)
  assert.notEqual(await tokens.verify(honest), undefined)
  const read: string[] = []
  for (const [name, text] of Object.entries(table)) {
    if ((await tokens.verify(text)) !== undefined) read.push(name)
  }
  assert.deepEqual(read, [])
  assert.ok(Object.keys(table).length >= 50)
  const foreign = await tokens.issue(CALLER, { audience: 'billing' })
  assert.equal(await tokens.verify(foreign.token), undefined)
})

test('a key is published a day before it signs, and retired when nothing of it can be good', async () => {
  const { tokens, clock } = await openMint()
  const kidOf = (token: string): string => decodeProtectedHeader(token).kid ?? ''
  const known = async (): Promise<string[]> => (await tokens.jwks()).keys.map(({ kid }) => kid)
  const today = await tokens.issue(CALLER, { audience: 'billing' })
  const published = await known()
  assert.ok(published.includes(kidOf(today.token)))
  clock.advance(DAY_MS / 2 - 1_000)
  const last = await tokens.issue(CALLER, {})
  assert.equal(kidOf(last.token), kidOf(today.token))
  clock.advance(2_000)
  const first = await tokens.issue(CALLER, {})
  assert.notEqual(kidOf(first.token), kidOf(last.token))
  assert.ok(published.includes(kidOf(first.token)), 'whoever read the keys yesterday knows it')
  assert.notEqual(await tokens.verify(last.token), undefined)
  clock.advance(5 * MINUTE_MS + 28_000)
  assert.ok((await known()).includes(kidOf(last.token)))
  clock.advance(1_000)
  assert.ok(!(await known()).includes(kidOf(last.token)))
})

test('rotated keys sign nothing that is good any more: on every server within two seconds, and new tokens have new keys', async () => {
  const { tokens, clock, openSecond, rotate, signers } = await openMint()
  const second = openSecond()
  const servers = [tokens, second]
  const before = await Promise.all(servers.map((server) => server.issue(CALLER, {})))
  clock.advance(1_000)
  for (const server of servers)
    for (const { token } of before) assert.notEqual(await server.verify(token), undefined)
  // Today's and tomorrow's of two servers.
  assert.ok((await rotate()) >= 4)
  clock.advance(2_000)
  for (const server of servers)
    for (const { token } of before) assert.equal(await server.verify(token), undefined)
  const kids = new Set(before.map(({ token }) => decodeProtectedHeader(token).kid))
  const published = (await tokens.jwks()).keys.map(({ kid }) => kid)
  assert.ok(published.every((kid) => !kids.has(kid)))
  const [again, atOnce] = await Promise.all([tokens.issue(CALLER, {}), tokens.issue(CALLER, {})])
  const kidAfter = decodeProtectedHeader(again.token).kid
  assert.equal(decodeProtectedHeader(atOnce.token).kid, kidAfter)
  assert.ok(!kids.has(kidAfter) && again.issuer === before[0]?.issuer)
  clock.advance(1_000)
  for (const server of servers) assert.notEqual(await server.verify(again.token), undefined)
  // The key of tomorrow that was published before is no key of tomorrow.
  const tomorrow = signers.get('2026-11-22')
  clock.advance(DAY_MS)
  const next = await tokens.issue(CALLER, {})
  assert.notEqual(
    decodeProtectedHeader(next.token).kid,
    base64UrlOf(nodeDigest.sha256(tomorrow!.publicKey)),
  )
  assert.notEqual(await tokens.verify(next.token), undefined)
})

test('another service verifies a token made for it with the published keys alone', async () => {
  const { tokens, clock } = await openMint()
  const { token, issuer } = await tokens.issue(CALLER, { audience: 'billing' })
  const keys = createLocalJWKSet(await tokens.jwks())
  const options = {
    audience: 'billing',
    issuer,
    typ: 'at+jwt',
    currentDate: new Date(clock.nowMs()),
  }
  const { payload } = await jwtVerify(token, keys, options)
  assert.equal(payload.sub, CALLER.id)
  await assert.rejects(jwtVerify(token, keys, { ...options, audience: 'seaworthy' }))
})

test('an older database brings no ended key back: whoever saw it end refuses it, tells the others, and signs with another', async () => {
  const { tokens, clock, openSecond, restart, rotate, rollBack } = await openMint()
  const { token: leaked } = await tokens.issue(CALLER, {})
  await rotate()
  clock.advance(2_000)
  assert.equal(await tokens.verify(leaked), undefined)
  const { token: later } = await tokens.issue(CALLER, {})
  await rollBack()
  const again = restart()
  assert.equal(await again.verify(leaked), undefined)
  const { token: next } = await again.issue(CALLER, {})
  assert.equal(decodeProtectedHeader(next).kid, decodeProtectedHeader(later).kid)
  // One that remembers nothing reads it from the database.
  const second = openSecond()
  assert.equal(await second.verify(leaked), undefined)
  assert.notEqual(await second.verify(next), undefined)
  const { keys } = await second.jwks()
  assert.ok(!keys.some(({ kid }) => kid === decodeProtectedHeader(leaked).kid))
})
