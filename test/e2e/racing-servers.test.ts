// Two servers that start together on one empty PostgreSQL, and then get the same request at a time: migrations, a key, a sign-off.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import pg from 'pg'
import { openKeyFile, systemDigest } from '../../src/platform/index.ts'
import { buildStatement, keyIdOf, sealStatement, subjectsOf } from '../../src/proof/index.ts'
import type { Subject } from '../../src/verdict/index.ts'
import type { ServedFolder, Workplace } from './command-line.ts'
import { openTwins } from './twins.ts'

const ROUNDS = 5

interface Review {
  readonly release: string
  readonly runId: string
  readonly reviewHash: `sha256:${string}`
  readonly subject: Subject
}

interface Door {
  readonly url: string
  readonly place: Workplace
}

interface Told {
  readonly status: number
  readonly code: string | undefined
  readonly text: string
}

const CHECKLIST = `---
service: sloop
version: 1.0.0
---
# sloop 1.0.0

- [ ] **The clock speaks UTC**
  \`\`\`bash
  test "$(date +%z)" = "+0000"
  \`\`\`
  - **Result:** no offset ✅❌

## Sign-Off

| Role | Name | Status | Timestamp |
| --- | --- | --- | --- |
| **Captain** | _[Name]_ | ✅❌ | \`____\` |
`

function bearerOf(place: Workplace): string {
  const secret = readFileSync(join(place.dataFolder, 'keys', 'api.secret'), 'utf8').trim()
  return `Bearer ${Buffer.from(secret, 'base64').toString('base64url')}`
}

async function post(
  { url, place }: Door,
  path: string,
  body: Uint8Array | object,
  key?: string,
): Promise<Told> {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: {
      authorization: bearerOf(place),
      ...(key === undefined ? {} : { 'idempotency-key': `"${key}"` }),
    },
    body: body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body),
  })
  const text = await answer.text()
  return { status: answer.status, code: (JSON.parse(text) as { code?: string }).code, text }
}

/** Servers of one database have one store of evidence; here a folder that both see. */
function shareEvidence(here: Workplace, there: Workplace): void {
  for (const { dataFolder } of [here, there]) mkdirSync(dataFolder, { mode: 0o700 })
  mkdirSync(join(here.dataFolder, 'blobs'), { mode: 0o700 })
  symlinkSync(join(here.dataFolder, 'blobs'), join(there.dataFolder, 'blobs'))
}

async function countEntries(door: Door, subject: string): Promise<number> {
  const answer = await fetch(`${door.url}/v1/ledger/entries?subject=${subject}`, {
    headers: { authorization: bearerOf(door.place) },
  })
  const { data } = (await answer.json()) as { data: { entries: unknown[] } }
  return data.entries.length
}

async function raceOnKeys(doors: readonly Door[]): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const note = { type: 'note.appended', subject: `round-${round}`, payload: {} }
    const ask = (door: Door): Promise<Told> =>
      post(door, '/v1/ledger/entries', note, `round-${round}`)
    const told = await Promise.all([...doors, ...doors].map(ask))
    for (const { status, code, text } of told)
      assert.ok(status === 201 || code === 'WEB_IDEMPOTENCY_KEY_IN_FLIGHT', text)
    const again = await Promise.all(doors.map(ask))
    assert.deepEqual([again[0]!.status, again[1]!.status], [201, 201])
    assert.equal(again[0]!.text, again[1]!.text)
    assert.equal(await countEntries(doors[round % 2]!, `round-${round}`), 1)
  }
}

async function sealSignOff(place: Workplace, seen: Review): Promise<Uint8Array> {
  const path = join(place.dataFolder, 'keys', 'people', 'ada.pem')
  const signer = await openKeyFile(path, 'ecdsa-p256-sha256')
  const statement = buildStatement('sign-off', subjectsOf(seen.subject), {
    release: seen.release,
    run: seen.runId,
    role: 'Captain',
    principal: `person-${keyIdOf(systemDigest, signer.publicKey).slice(0, 16)}`,
    decision: 'APPROVE',
    reviewHash: seen.reviewHash,
    at: new Date().toISOString(),
    comment: '',
  })
  return (await sealStatement(systemDigest, signer, statement)).bytes
}

test('servers that race on migrations, on one key and on one sign-off do each of them once', async (t) => {
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
  const own = new pg.Client({ connectionString: url.href })
  const twins = openTwins(url.href)
  const { here, there } = twins
  const serving: ServedFolder[] = []
  shareEvidence(here, there)
  try {
    const [one, two] = await Promise.all([here.serve(), there.serve()])
    serving.push(one, two)
    const doors: readonly Door[] = [
      { url: one.url, place: here },
      { url: two.url, place: there },
    ]
    await own.connect()
    const doubled = await own.query(
      'select slice, version from platform_migration group by 1, 2 having count(*) > 1',
    )
    const applied = await own.query('select count(*)::int as count from platform_migration')
    assert.deepEqual(doubled.rows, [])
    assert.ok((applied.rows[0] as { count: number }).count > 15)

    await raceOnKeys(doors)

    assert.equal((await here.ask(['key', 'create', 'ada', '--role', 'Captain'])).exit, 0)
    assert.equal((await here.ask(['run', here.write('sloop.md', CHECKLIST)])).exit, 0)
    const { data: seen } = await here.ask<Review>(['status', 'sloop@1.0.0'])
    const word = await sealSignOff(here, seen)
    const ends = await Promise.all(
      [...doors, ...doors].map((door) => post(door, '/v1/sign-offs', word)),
    )
    assert.equal(ends.filter(({ status }) => status === 201).length, 1)
    const others = ends.filter(({ status }) => status !== 201)
    for (const { code, text } of others) assert.equal(code, 'RELEASE_SIGN_OFF_REFUSED', text)
    const rows = await own.query('select count(*)::int as count from release_sign_off')
    assert.deepEqual(rows.rows, [{ count: 1 }])
    assert.equal((await here.ask(['ledger', 'verify'])).exit, 0)
  } finally {
    for (const served of serving) assert.equal((await served.stop()).exit, 0)
    await own.end()
    twins.remove()
    await client.query(`drop database ${name} with (force)`)
    await client.end()
  }
})
