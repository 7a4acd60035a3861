// Sessions and accounts over the database: how long they count, where they end, and whom an invitation lets in.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { codeOf } from '../../../test/gatehouse.ts'
import { ISSUER, openLodge } from '../../../test/sessions.ts'
import { SESSION_COUNT_LIMIT } from './model.ts'

const MINUTE_MS = 60_000
const ENDED = 'IDENTITY_SESSION_ENDED'
/** Subjects and addresses are looked up in every tenant: each test has its own. */
const newSubject = (): string => `subject-${randomUUID()}`

test('a session that nobody uses is over after half an hour, and one in use goes on', async () => {
  const { sessions, clock, admit } = await openLodge()
  const account = await admit(newSubject())
  const used = await sessions.begin(account, undefined, undefined)
  const unused = await sessions.begin(account, undefined, undefined)
  for (let minutes = 0; minutes < 40; minutes += 10) {
    assert.equal(await codeOf(sessions.verify(used.secret)), 'opened')
    clock.advance(10 * MINUTE_MS)
  }
  assert.equal(await codeOf(sessions.verify(unused.secret)), ENDED)
  assert.equal(await codeOf(sessions.verify(used.secret)), 'opened')
  clock.advance(30 * MINUTE_MS)
  assert.equal(await codeOf(sessions.verify(used.secret)), ENDED)
})

test('no use makes a session last longer than twelve hours', async () => {
  const { sessions, clock, admit } = await openLodge()
  const { secret } = await sessions.begin(await admit(newSubject()), undefined, undefined)
  for (let minutes = 0; minutes < 12 * 60; minutes += 20) {
    assert.equal(await codeOf(sessions.verify(secret)), 'opened', `after ${minutes} minutes`)
    clock.advance(20 * MINUTE_MS)
  }
  assert.equal(await codeOf(sessions.verify(secret)), ENDED)
})

test('what lies in the database opens nothing, and what a cookie must look like is looked at first', async () => {
  const { sessions, sql, tenantId, admit } = await openLodge()
  const { secret, session } = await sessions.begin(await admit(newSubject()), undefined, undefined)
  const rows = await sql.transaction({ tenantId }, (tx) =>
    tx.query<{ secret_hash: string }>('select * from identity_session where tenant_id = $1', [
      tenantId,
    ]),
  )
  assert.doesNotMatch(JSON.stringify(rows), new RegExp(secret))
  for (const text of [rows[0]?.secret_hash ?? '', session.sessionId, '', `${secret}x`])
    assert.equal(await codeOf(sessions.verify(text)), 'refused', text)
  assert.equal(await codeOf(sessions.verify('A'.repeat(43))), ENDED)
  assert.equal(await codeOf(sessions.verify(secret)), 'opened')
})

test('a removal here ends a session on every other server with the next request', async () => {
  const { accounts, sessions, elsewhere, tenantId, ledger, admit } = await openLodge()
  const account = await admit(newSubject())
  const { secret } = await sessions.begin(account, undefined, undefined)
  assert.equal(await codeOf(elsewhere.verify(secret)), 'opened')
  await accounts.remove(tenantId, 'operator', account.accountId, 'left')
  assert.equal(await codeOf(elsewhere.verify(secret)), ENDED)
  assert.equal(
    await codeOf(sessions.begin(account, undefined, undefined)),
    'IDENTITY_ACCOUNT_UNKNOWN',
  )
  const again = await accounts.remove(tenantId, 'operator', account.accountId, 'again')
  assert.ok(again.removedAt !== undefined)
  const { entries } = await ledger.list(tenantId, {})
  const types = entries.map(({ body }) => body.type)
  assert.deepEqual(types, ['account.invited', 'account.joined', 'session.begun', 'account.removed'])
})

test('a removal and a sign-in that race leave no session behind', async () => {
  const { accounts, sessions, tenantId, admit } = await openLodge()
  for (let round = 0; round < 5; round++) {
    const account = await admit(newSubject())
    const [begun] = await Promise.allSettled([
      sessions.begin(account, undefined, undefined),
      accounts.remove(tenantId, 'operator', account.accountId, 'left'),
    ])
    if (begun.status === 'fulfilled')
      assert.equal(await codeOf(sessions.verify(begun.value.secret)), ENDED)
    assert.deepEqual(await sessions.list(tenantId, account.accountId), [])
  }
})

test('an account has only so many sessions: the oldest ends', async () => {
  const { sessions, tenantId, clock, admit } = await openLodge()
  const account = await admit(newSubject())
  const secrets: string[] = []
  for (let count = 0; count <= SESSION_COUNT_LIMIT; count++) {
    secrets.push((await sessions.begin(account, undefined, undefined)).secret)
    clock.advance(1_000)
  }
  assert.equal((await sessions.list(tenantId, account.accountId)).length, SESSION_COUNT_LIMIT)
  assert.equal(await codeOf(sessions.verify(secrets[0] ?? '')), ENDED)
  assert.equal(await codeOf(sessions.verify(secrets[1] ?? '')), 'opened')
})

test('whoever has accounts in two tenants says which one is meant', async () => {
  const { accounts, tenantId, freshTenant, admit } = await openLodge()
  const other = await freshTenant()
  const subject = newSubject()
  const here = await admit(subject)
  const there = await admit(subject, other)
  const who = { issuer: ISSUER, subject }
  assert.equal((await accounts.admit(who, other, 'usual')).accountId, there.accountId)
  assert.equal((await accounts.admit(who, undefined, tenantId)).accountId, here.accountId)
  const code = (wanted: string | undefined): Promise<string> =>
    codeOf(accounts.admit(who, wanted, 'usual'))
  assert.equal(await code(undefined), 'IDENTITY_TENANT_AMBIGUOUS')
  assert.equal(await code('a-third'), 'IDENTITY_ACCOUNT_UNKNOWN')
})

test('an invitation lets in one person, once, within two weeks', async () => {
  const { accounts, tenantId, clock } = await openLodge()
  const email = `${newSubject()}@x.example`
  const wish = { email, role: 'viewer', environments: null } as const
  await accounts.invite(tenantId, 'operator', wish)
  assert.equal(await codeOf(accounts.invite(tenantId, 'operator', wish)), 'IDENTITY_ACCOUNT_TAKEN')
  const admit = (subject: string, issuer = ISSUER): Promise<string> =>
    codeOf(accounts.admit({ issuer, subject, email }, tenantId, tenantId))
  // The same address, vouched for by another issuer, is another person's word.
  assert.equal(await admit(newSubject(), 'https://other.example'), 'IDENTITY_ACCOUNT_UNKNOWN')
  const raced = await Promise.all([admit(newSubject()), admit(newSubject())])
  assert.deepEqual(raced.sort(), ['IDENTITY_ACCOUNT_UNKNOWN', 'opened'])
  const late = { ...wish, email: `late-${email}` }
  await accounts.invite(tenantId, 'operator', late)
  clock.advance(14 * 24 * 60 * MINUTE_MS)
  const identity = { issuer: ISSUER, subject: newSubject(), email: late.email }
  assert.equal(
    await codeOf(accounts.admit(identity, tenantId, tenantId)),
    'IDENTITY_ACCOUNT_UNKNOWN',
  )
  await accounts.invite(tenantId, 'operator', late)
  assert.equal(await codeOf(accounts.admit(identity, tenantId, tenantId)), 'opened')
})

test('an admin has no limits to environments, and an issuer has to be configured', async () => {
  const { accounts, tenantId } = await openLodge()
  const subject = newSubject()
  const invite = (more: object): Promise<string> =>
    codeOf(
      accounts.invite(tenantId, 'operator', {
        subject,
        role: 'admin',
        environments: null,
        ...more,
      }),
    )
  assert.equal(await invite({ environments: ['staging'] }), 'IDENTITY_SCOPE_REFUSED')
  assert.equal(await invite({ issuer: 'https://other.example' }), 'IDENTITY_ISSUER_UNKNOWN')
  assert.equal(await invite({ issuer: 'corp' }), 'opened')
})

test('who sends cookies of chance is not looked up any more, and who signed in goes on from the same address', async () => {
  const { sessions, elsewhere, clock, admit } = await openLodge()
  const { secret } = await sessions.begin(await admit(newSubject()), undefined, undefined)
  assert.equal(await codeOf(elsewhere.verify(secret, '192.0.2.1')), 'opened')
  const guess = (at: number): Promise<string> =>
    codeOf(elsewhere.verify(String(at).padStart(43, 'A'), '192.0.2.1'))
  const codes: string[] = []
  for (let at = 0; at < 60; at += 1) codes.push(await guess(at))
  const lookedUp = codes.filter((code) => code === ENDED).length
  assert.ok(lookedUp <= 20, `${lookedUp} were looked up`)
  assert.equal(codes.at(-1), 'IDENTITY_FAILURES_LIMITED')
  assert.equal(await codeOf(elsewhere.verify(secret, '192.0.2.1')), 'opened')
  assert.equal(await codeOf(elsewhere.verify('B'.repeat(43), '192.0.2.2')), ENDED)
  clock.advance(MINUTE_MS)
  assert.equal(await guess(60), ENDED)
})
