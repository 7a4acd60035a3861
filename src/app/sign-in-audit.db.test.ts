// Sign-ins that are refused are in the operator's ledger, counted and at a capped rate: a flood of them fills no disk and holds up nobody.
import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { askAsOperator, bearer } from '../../test/composed.ts'
import { serveApp } from '../../test/feed.ts'
import { openIssuer } from '../../test/issuer.ts'
import {
  ATTEMPT_COOKIE,
  beginSignIn,
  OWN_ORIGIN,
  redirectUriOf,
  settingsOf,
  visit,
} from '../../test/signed-in.ts'

const ANSWER = '/v1/sign-in/corp/answer'
const FLOOD_COUNT = 1_000
const WRITE_COUNT = 20
/** An entry in ten seconds, and the one that a flood begins with. */
const TALLY_INTERVAL_MS = 10_000
const CANARY = 'c4nary-of-a-sign-in'

interface Entry {
  readonly action: string
  readonly actor: string
  readonly result: string
  readonly peer: string | null
  readonly counts: Readonly<Record<string, number>> | null
}

const t = {
  after(ending: () => unknown): void {
    after(async () => {
      await ending()
    })
  },
}
const corp = await openIssuer(t, redirectUriOf('corp'))
const issuers = [settingsOf('corp', corp.issuer)]
const { app } = await serveApp(t, { signIn: { ownOrigin: OWN_ORIGIN, issuers } })

async function read(url: string): Promise<string> {
  const headers = { host: 'localhost', ...bearer(app.apiKey) }
  const answer = await app.web.inject({ url, headers })
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.body
}

async function listVisits(): Promise<readonly Entry[]> {
  const text = await read('/v1/audit?actor=stranger&result=tallied&limit=200')
  const { data } = JSON.parse(text) as { data: readonly Entry[] }
  return data.filter(({ action }) => action.includes('/v1/sign-in/'))
}

/** Refusals of strangers that were counted, whether an entry tells of them yet or not. */
async function countRefusals(): Promise<number> {
  const lines = (await read('/metrics')).matchAll(
    /^seaworthy_audit_refusals_total\{whose="stranger".*\} (\d+)$/gm,
  )
  return Array.from(lines).reduce((sum, [, count]) => sum + Number(count), 0)
}

async function sizeOfLog(): Promise<number> {
  const { size } = await askAsOperator<{ size: number }>(app, '/v1/ledger/verify', {})
  return size
}

test('every way in which a sign-in is refused is counted and told in the ledger, without what was sent', async () => {
  const first = await beginSignIn(app)
  const codes: string[] = []
  const refused = async (search: string, attempt?: string): Promise<void> => {
    const cookies = attempt === undefined ? {} : { [ATTEMPT_COOKIE]: attempt }
    const { location } = await visit(app, `${ANSWER}${search}`, cookies)
    codes.push(/^\/#refused=([A-Z_]+)$/.exec(location)?.[1] ?? location)
  }
  // The issuer says no.
  const state = new URL(first.location).searchParams.get('state') ?? ''
  await refused(`?error=access_denied&error_description=${CANARY}&state=${state}`, first.attempt)
  // Its answer is sent again.
  await refused(`?code=${CANARY}&state=${state}`, first.attempt)
  // Another state, and no attempt at all.
  await refused(`?code=${CANARY}&state=${CANARY}`, (await beginSignIn(app)).attempt)
  await refused(`?code=${CANARY}&state=${CANARY}`)
  // Somebody whom nobody invited.
  corp.person = { subject: CANARY, email: `${CANARY}@example.com`, name: CANARY }
  const stranger = await beginSignIn(app)
  await refused(await corp.signIn(stranger.location), stranger.attempt)
  assert.deepEqual(codes, [
    'IDENTITY_SIGN_IN_REFUSED',
    'IDENTITY_SIGN_IN_REFUSED',
    'IDENTITY_SIGN_IN_REFUSED',
    'IDENTITY_SIGN_IN_REFUSED',
    'IDENTITY_ACCOUNT_UNKNOWN',
  ])
  const { location } = await visit(app, `/v1/sign-in/${CANARY}`)
  assert.match(location, /IDENTITY_ISSUER_UNKNOWN/)
  assert.equal(await countRefusals(), 6)
  const [entry] = await listVisits()
  assert.deepEqual(
    [entry?.action, entry?.actor, entry?.result, entry?.counts],
    ['GET /v1/sign-in/:issuer/answer', 'stranger', 'tallied', { IDENTITY_SIGN_IN_REFUSED: 1 }],
  )
  assert.match(entry?.peer ?? '', /^[0-9a-f]{16}$/)
  const log = await read('/v1/ledger/entries?limit=100')
  assert.ok(log.includes('request.tallied') && !log.includes(CANARY))
})

test('a flood of sign-ins from as many addresses makes a few entries, and real writes go on', async () => {
  const beganMs = performance.now()
  const [before, countBefore] = [await sizeOfLog(), await countRefusals()]
  let flooded = 0
  let writes = 0
  const isOver = (): boolean => flooded >= FLOOD_COUNT && writes === WRITE_COUNT
  const flood = async (): Promise<void> => {
    while (!isOver()) {
      const address = ++flooded
      const answer = await app.web.inject({
        url: `${ANSWER}?code=x&state=y${address}`,
        headers: { host: 'localhost:7420' },
        remoteAddress: `10.${address >> 16}.${(address >> 8) & 255}.${address & 255}`,
      })
      assert.equal(answer.headers.location, '/#refused=IDENTITY_SIGN_IN_REFUSED')
      // As over a socket: nobody's request is answered within the turn of another.
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const floods = Promise.all(Array.from({ length: 20 }, flood))
  for (; writes < WRITE_COUNT; writes++)
    await askAsOperator(app, '/v1/ledger/entries', {
      type: 'note.appended',
      subject: 'flood',
      payload: { writes },
    })
  await floods
  assert.equal((await countRefusals()) - countBefore, flooded)
  // Each write is a note and its entry in the audit log.
  const more = (await sizeOfLog()) - before - 2 * WRITE_COUNT
  const limit = 2 + (performance.now() - beganMs) / TALLY_INTERVAL_MS
  assert.ok(more <= limit, `${more} entries of ${flooded} refusals`)
})
