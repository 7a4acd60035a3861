// One thing of each kind that a path of the API can name, made in the tenant `local` of a composed house, every one with a mark in what it says.
import { randomUUID } from 'node:crypto'
import { base64Of, canonicalBytes, contentDigest, utf8Bytes } from '../src/kernel/index.ts'
import type { Sql } from '../src/kernel/index.ts'
import type { ComposedApp } from '../src/app/compose.ts'
import { bearer, askAsOperator } from './composed.ts'
import { nodeDigest, testSigner } from './crypto.ts'
import { reviewPlan } from './reviewing.ts'
import { insertSweptSessions } from './swept-sessions.ts'

/** In no name, so that whoever reads it read something that is not theirs. */
export const MARK = 'lee-shore-7Hq2'

const CHECKLIST = `# Tide 1.0.0\n\n- [ ] **${MARK}**\n  \`\`\`bash\n  test -d .\n  \`\`\`\n`
const RELEASE = { service: 'tide', version: '1.0.0' }
const SEAT = randomUUID()

/** Values of parameters by name; `name` says the same in all rooms that have one. */
export type OwnThings = Readonly<Record<string, string>>

/** What no request of a test can make: accounts, whose people sign in elsewhere, and the seat of a waiting runner, which signs with a key of its own. */
export async function insertThings(sql: Sql): Promise<void> {
  await insertSweptSessions(sql)
  await sql.transaction('system', async (tx) => {
    await tx.query(
      `insert into dispatch_seat (tenant_id, seat_id, runner_id, name, machine, offer, opened_at, seen_at)
       values ('local', $1, 'runner-1', $2, 'm', '{}', '2099-01-01T00:00:00.000Z', '2099-01-01T00:00:00.000Z')`,
      [SEAT, MARK],
    )
  })
}

export async function makeOwnThings(app: ComposedApp): Promise<OwnThings> {
  const post = <Data>(url: string, body: unknown): Promise<Data> =>
    askAsOperator<Data>(app, url, body)
  const id = async (url: string, body: unknown): Promise<string> =>
    (await post<{ id: string }>(url, body)).id
  const put = async (url: string, body: object | string): Promise<void> => {
    const payload = typeof body === 'string' ? body : JSON.stringify(body)
    const headers = { host: 'localhost', ...bearer(app.apiKey) }
    const { statusCode, body: told } = await app.web.inject({
      method: 'PUT',
      url,
      headers,
      payload,
    })
    if (statusCode >= 300) throw new Error(`${url}: ${told}`)
  }
  const digest = contentDigest(nodeDigest.sha256(utf8Bytes(MARK)))
  await put(`/v1/evidence/${digest}`, MARK)
  const target = { kind: 'webhook', url: 'https://93.184.216.34/hook' }
  await post('/v1/channels', { name: 'room', target })
  await put('/v1/notification-rules/room', { events: ['decision-go'], channels: ['room'] })
  await put('/v1/templates/room', { title: MARK, text: MARK })
  const [kind] = (await list<{ name: string }>(app, '/v1/job-kinds')).map(({ name }) => name)
  await put('/v1/schedules/room', { kind, cron: '0 0 1 1 *' })
  const definition = { kind: 'kill-switch', boot: 'on', confirms: 'none' }
  await put('/v1/switches/room', { definition, reason: MARK })
  const { publicKey } = testSigner('ecdsa-p256-sha256')
  const person = { kind: 'person', displayName: MARK, roles: [], publicKey: base64Of(publicKey) }
  const [account] = await list<{ id: string }>(app, '/v1/accounts')
  return {
    ...(await makeRun(app)),
    ...RELEASE,
    digest,
    channel: 'room',
    rule: 'room',
    template: 'room',
    name: 'room',
    key: 'room',
    seatId: SEAT,
    keyId: await id('/v1/api-keys', { name: MARK, role: 'developer' }),
    principalId: await id('/v1/principals', person),
    accountId: account?.id ?? '',
    jobId: await id('/v1/jobs', { kind }),
    webhookId: await id('/v1/webhooks', { url: target.url, description: MARK }),
    seq: String((await list<{ seq: number }>(app, '/v1/ledger/entries?limit=1000')).length - 1),
  }
}

async function makeRun(app: ComposedApp): Promise<OwnThings> {
  const query = 'name=tide.md&environment=staging'
  const { planHash } = await askAsOperator<{ planHash: string }>(
    app,
    `/v1/plans?${query}`,
    CHECKLIST,
  )
  await askAsOperator(app, '/v1/releases', { ...RELEASE, author: null })
  const { run } = await askAsOperator<{ run: { runId: string } }>(app, '/v1/runs', {
    planHash,
    parameters: {},
    parametersDigest: contentDigest(nodeDigest.sha256(canonicalBytes({}))),
    subject: { ...RELEASE, environment: 'staging', digests: { release: 'a'.repeat(64) } },
  })
  await askAsOperator(app, '/v1/releases/tide/1.0.0/decisions', {})
  await reviewPlan(app, planHash)
  const asked = await askAsOperator<{ request: { requestId: string } }>(app, '/v1/run-requests', {
    planHash,
  })
  return { planHash, runId: run.runId, requestId: asked.request.requestId }
}

async function list<Row>(app: ComposedApp, url: string): Promise<readonly Row[]> {
  const headers = { host: 'localhost', ...bearer(app.apiKey) }
  const { data } = (await app.web.inject({ method: 'GET', url, headers })).json<{
    data: readonly Row[] | { readonly entries: readonly Row[] }
  }>()
  return Array.isArray(data)
    ? (data as readonly Row[])
    : (data as { readonly entries: readonly Row[] }).entries
}
