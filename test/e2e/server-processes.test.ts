// A developer gets no process on the server: commands, queries and documents are executed where the runner stands.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { canonicalBytes, contentDigest } from '../../src/kernel/index.ts'
import { nodeDigest } from '../crypto.ts'
import { openWorkplace } from './command-line.ts'
import type { Workplace } from './command-line.ts'

interface PlanDraft {
  readonly plan: { readonly gates: { readonly id: string; check: unknown; assertions: unknown }[] }
}
interface StartedRun {
  readonly run: { readonly runId: string }
  readonly preview: { readonly token: string }
}
interface Answer<Data> {
  readonly status: number
  readonly data: Data
  readonly text: string
}

const PRELOAD = new URL('../process-alarm.ts', import.meta.url).href
const places: Workplace[] = []
after(() => {
  for (const place of places) place.remove()
})

/** A place whose programs write down every process they start. */
function armedPlace(settings: Readonly<Record<string, string>> = {}): {
  readonly place: Workplace
  started(): readonly string[]
} {
  const file = join(placeWith().folder, 'alarm.txt')
  const alarm = { NODE_OPTIONS: `--import=${PRELOAD}`, SEAWORTHY_TEST_ALARM_FILE: file }
  return {
    place: placeWith({ ...settings, ...alarm }),
    started() {
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
      assert.ok(lines.includes('armed'), 'the alarm was loaded')
      return lines.filter((line) => line !== 'armed')
    },
  }
}

function placeWith(settings: Readonly<Record<string, string>> = {}): Workplace {
  const place = openWorkplace(undefined, settings)
  places.push(place)
  return place
}

function readingOf(field: 'rowCount' | 'text'): unknown {
  return { read: { from: field }, op: 'exists' }
}

function checklist(marker: string): string {
  const gate = (name: string): string =>
    `- [ ] **${name}**\n  \`\`\`bash\n  pwd > ${marker} && test -d .\n  \`\`\`\n`
  return `# Tide 1.0.0\n\n${['Command', 'Query', 'Document'].map(gate).join('\n')}`
}

test('a developer’s plan of commands, queries and documents starts nothing on the server, whatever is asked of it', async (t) => {
  const { place, started } = armedPlace()
  const served = await place.serve()
  t.after(() => served.stop())
  const made = await place.ask<{ key: string }>(['api-key', 'create', 'dev', '--role', 'developer'])
  const marker = join(place.folder, 'marker.txt')
  const call = async <Data>(method: string, path: string, body: unknown): Promise<Answer<Data>> => {
    const answer = await fetch(new URL(path, served.url), {
      method,
      headers: { authorization: `Bearer ${made.data.key}` },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
    const text = await answer.text()
    const { data } = JSON.parse(text) as { data: Data }
    return { status: answer.status, data, text }
  }
  const draft = await call<PlanDraft>('POST', '/v1/plan-drafts?name=tide.md', checklist(marker))
  const { plan } = draft.data
  assert.equal(plan.gates.length, 3)
  const copy = { type: 'sql', connection: 'main', text: `copy t to program 'touch ${marker}'` }
  Object.assign(plan.gates[1]!, { check: copy, assertions: [readingOf('rowCount')] })
  const document = { type: 'document', path: '/etc/hostname' }
  Object.assign(plan.gates[2]!, { check: document, assertions: [readingOf('text')] })
  const pinned = await call<{ planHash: string }>(
    'POST',
    '/v1/plans?kind=plan&name=tide.json',
    plan,
  )
  assert.equal(pinned.status, 201, pinned.text)
  const subject = { service: 'tide', version: '1.0.0', environment: 'production' }
  await call('POST', '/v1/releases', { service: 'tide', version: '1.0.0', author: null })
  const parameters = { main: 'postgres://postgres@127.0.0.1:5432/postgres' }
  const run = await call<StartedRun>('POST', '/v1/runs', {
    planHash: pinned.data.planHash,
    parameters,
    parametersDigest: contentDigest(nodeDigest.sha256(canonicalBytes(parameters))),
    subject: { ...subject, digests: { release: 'a'.repeat(64) } },
  })
  assert.equal(run.status, 201, run.text)
  // Also once the developer has said yes to what the gates would do.
  const { token } = run.data.preview
  const confirmed = await call('POST', '/v1/action-tokens/confirm', { token })
  assert.equal(confirmed.status, 200, confirmed.text)
  for (const { id } of plan.gates) {
    const path = `/v1/runs/${run.data.run.runId}`
    const intent = { gate: id, attempt: 1 }
    const intended = await call('POST', `${path}/intents`, intent)
    assert.equal(intended.status, 201, intended.text)
    assert.equal((await call('POST', `${path}/built-in`, { gate: id, attempt: 2 })).status, 404)
    assert.equal((await call('POST', `${path}/results`, intent)).status, 422)
  }
  const kinds = await place.ask<readonly { name: string }[]>(['jobs', 'kinds'])
  for (const { name } of kinds.data) await call('POST', '/v1/jobs', { kind: name })
  for (const kind of ['command', 'sql', 'run', 'gate'])
    assert.ok((await call('POST', '/v1/jobs', { kind })).status >= 400, kind)
  await place.ask(['jobs', 'list'])
  assert.equal((await served.stop()).exit, 0)
  assert.deepEqual(started(), [])
  assert.ok(!existsSync(marker))
})

test('the same checklist starts its commands where the runner stands, and nothing on the server', async (t) => {
  const server = armedPlace()
  const served = await server.place.serve()
  t.after(() => served.stop())
  const issue = async (role: string): Promise<string> => {
    const words = ['api-key', 'create', role, '--role', role, '--environment', 'staging']
    const made = await server.place.ask<{ key: string }>(
      role === 'admin' ? words.slice(0, 5) : words,
    )
    return made.data.key
  }
  const reach = { SEAWORTHY_URL: served.url }
  const admin = placeWith({ ...reach, SEAWORTHY_KEY: await issue('admin') })
  assert.equal((await admin.ask(['runner', 'enrol', 'ci'])).exit, 0)
  const runner = armedPlace({
    ...reach,
    SEAWORTHY_KEY: await issue('developer'),
    SEAWORTHY_DATA: admin.dataFolder,
  })
  const file = runner.place.write(
    'tide.md',
    '# Tide 1.0.0\n\n- [ ] **Here**\n  ```bash\n  test -d .\n  ```\n',
  )
  const refused = await runner.place.refusal(['run', file, '--environment', 'production'])
  assert.deepEqual([refused.exit, refused.code], [5, 'WEB_ENVIRONMENT_REFUSED'])
  assert.deepEqual(runner.started(), [])
  const ran = await runner.place.ask(['run', file, '--environment', 'staging'])
  assert.equal(ran.exit, 0, ran.stdout)
  // The alarm can ring: the runner did start what the server did not.
  assert.notDeepEqual(runner.started(), [])
  assert.equal((await served.stop()).exit, 0)
  assert.deepEqual(server.started(), [])
})
