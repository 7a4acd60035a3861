// Two servers on one PostgreSQL: a key that one made opens the other, and what one revokes the other soon refuses.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import test from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import type { ServedFolder, Workplace } from './command-line.ts'
import { openTwins } from './twins.ts'
import type { Twins } from './twins.ts'

/** What is promised for every server of one database. Counted by when a request begins: how slowly a busy machine answers is another matter. */
const REVOKED_WITHIN_MS = 5_000
/** For what is promised no time. */
const PATIENCE_MS = 50_000

interface Issued {
  readonly id: string
  readonly key: string
}

async function statusAt(url: string, key: string): Promise<number> {
  const headers = { authorization: `Bearer ${key}` }
  const answer = await fetch(new URL('/v1/runs', url), { headers })
  await answer.arrayBuffer()
  return answer.status
}

async function makeToken(place: Workplace): Promise<string> {
  const { data } = await place.ask<{ token: string }>(['service-token', 'create'])
  return data.token
}

/** An admin of one server ends every key: tokens of both are refused by both, new ones are not. */
async function assertRotated(
  { here, there }: Pick<Twins, 'here' | 'there'>,
  urls: readonly string[],
  tell: (text: string) => void,
): Promise<void> {
  const everywhere = async (token: string): Promise<readonly number[]> =>
    Promise.all(urls.map((url) => statusAt(url, token)))
  const tokens = [await makeToken(here), await makeToken(there)]
  for (const token of tokens) await untilAll(200, () => everywhere(token))
  const shown = await here.ask<{ preview: { token: string; changes: unknown[] } }>([
    'service-token',
    'rotate-keys',
    '--reason',
    'a data folder was copied',
  ])
  assert.deepEqual([shown.exit, shown.data.preview.changes.length], [8, 4], shown.stdout)
  for (const token of tokens) assert.deepEqual(await everywhere(token), [200, 200])
  const confirmed = await here.ask(['confirm', shown.data.preview.token])
  const rotatedAtMs = performance.now()
  assert.equal(confirmed.exit, 0, confirmed.stdout)
  for (const token of tokens) await untilRefused(rotatedAtMs, () => everywhere(token))
  tell(`rotated: refused on both after ${Math.round(performance.now() - rotatedAtMs)} ms`)
  for (const place of [here, there]) {
    const token = await makeToken(place)
    await untilAll(200, () => everywhere(token))
  }
  const listed = await here.ask<{ entries: { body: { type: string } }[] }>([
    'ledger',
    'list',
    '--limit',
    '1000',
  ])
  const types = listed.data.entries.map(({ body }) => body.type)
  assert.equal(types.filter((type) => type === 'token-keys.rotated').length, 1, types.join())
}

async function untilAll(wanted: number, ask: () => Promise<readonly number[]>): Promise<void> {
  const startedAtMs = performance.now()
  while ((await ask()).some((status) => status !== wanted)) {
    assert.ok(performance.now() - startedAtMs < PATIENCE_MS, `not ${wanted} everywhere`)
    await pause(100)
  }
}

/** Asked again and again, so that what is remembered is in use; nothing that begins later than promised is let in. */
async function untilRefused(
  endedAtMs: number,
  ask: () => Promise<readonly number[]>,
): Promise<void> {
  for (;;) {
    const afterMs = Math.round(performance.now() - endedAtMs)
    const statuses = await ask()
    if (statuses.every((status) => status === 401)) return
    assert.ok(afterMs <= REVOKED_WITHIN_MS, `${statuses.join(', ')} after ${afterMs} ms`)
    await pause(100)
  }
}

test('a key revoked on one server is refused by the other soon, under traffic that keeps it remembered', async (t) => {
  const admin = process.env['SEAWORTHY_TEST_PG_URL']
  if (admin === undefined) {
    t.skip('SEAWORTHY_TEST_PG_URL is not set')
    return
  }
  const name = `seaworthy_e2e_${randomUUID().slice(0, 8)}`
  const client = new pg.Client({ connectionString: admin })
  await client.connect()
  await client.query(`create database ${name}`)
  const url = new URL(admin)
  url.pathname = `/${name}`
  const twins = openTwins(url.href)
  const { here, there } = twins
  const served: ServedFolder[] = []
  try {
    const [one, two] = [await here.serve(), await there.serve()]
    served.push(one, two)
    const { data } = await here.ask<Issued>(['api-key', 'create', 'ci', '--role', 'developer'])
    assert.deepEqual(
      [await statusAt(one.url, data.key), await statusAt(two.url, data.key)],
      [200, 200],
    )
    const revoked = await here.ask(['api-key', 'revoke', data.id, '--reason', 'leaked'])
    const revokedAtMs = performance.now()
    assert.equal(revoked.exit, 0, revoked.stdout)
    await untilRefused(revokedAtMs, async () => [
      await statusAt(one.url, data.key),
      await statusAt(two.url, data.key),
    ])
    t.diagnostic(`refused elsewhere after ${Math.round(performance.now() - revokedAtMs)} ms`)
    assert.equal(await statusAt(two.url, data.key), 401)
    await assertRotated(twins, [one.url, two.url], (text) => t.diagnostic(text))
    const ends = await Promise.all(served.splice(0).map((each) => each.stop()))
    assert.deepEqual(
      ends.map(({ exit }) => exit),
      [0, 0],
    )
  } finally {
    // Also where something was not as promised: what still runs would keep the test from ending.
    for (const each of served) await each.stop()
    twins.remove()
    await client.query(`drop database ${name} with (force)`)
    await client.end()
  }
})
