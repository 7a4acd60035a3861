// The receivers of examples/webhooks as processes: real deliveries, repeated, forged, old, and during a rotation.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { utf8Bytes } from '../../src/kernel/index.ts'
import { signedFields } from '../../src/webhook/index.ts'
import { nodeDigest } from '../crypto.ts'
import { until } from '../jobs.ts'
import { openExchange, WISH } from '../webhooks.ts'

const examples = fileURLToPath(new URL('../../examples/webhooks/', import.meta.url))
/** Debian's own besides the first in the path: that is where its packages are. */
const PYTHONS = ['python3', '/usr/bin/python3']
const STALE_S = 600

function pythonWith(...modules: readonly string[]): string | undefined {
  return PYTHONS.find(
    (program) => spawnSync(program, ['-c', `import ${modules.join(', ')}`]).status === 0,
  )
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function certify(t: TestContext, program: string, file: string): Promise<void> {
  const { webhooks, principal, tenantId, deliver } = await openExchange()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/hooks`
  const { id } = await webhooks.create(principal, { ...WISH, url })
  const before = (await webhooks.secrets(tenantId, id)).secrets[0]!
  await webhooks.rotate(principal, id, 3_600_000)
  let printed = ''
  // It still has the secret from before the rotation.
  const child = spawn(program, [file], {
    cwd: examples,
    env: { PATH: process.env['PATH'], WEBHOOK_SECRET: before, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  t.after(() => child.kill('SIGKILL'))
  child.stdout.on('data', (part: Buffer) => (printed += part.toString()))
  const post = async (headers: Readonly<Record<string, string>>, body: string): Promise<number> =>
    (await fetch(url, { method: 'POST', headers: { ...headers }, body })).status
  await until(
    () =>
      post({}, '{}').then(
        (status) => status === 401,
        () => false,
      ),
    'the receiver',
  )

  await deliver(t)
  const eventId = await webhooks.test(principal, id)
  const state = async () => (await webhooks.deliveries(tenantId, id, {}))[0]
  await until(async () => (await state())?.state === 'delivered')
  await webhooks.replay(principal, id, { states: ['delivered'], eventId }, false)
  await until(async () => {
    const now = await state()
    return now?.replays === 1 && now.state === 'delivered'
  })
  const lines = printed.split('\n').filter((line) => line.startsWith('evt_'))
  assert.deepEqual(lines, [`${eventId} webhook.tested`], 'done once')

  const body = '{"type":"run.finished"}'
  const nowS = Math.floor(Date.now() / 1_000)
  const sign = (timestampS: number, secret = before) =>
    signedFields(
      nodeDigest,
      { secrets: [secret], hasBodySignature: false },
      { id: 'evt_forged', timestampS, body: utf8Bytes(body) },
    )
  const genuine = await sign(nowS)
  const stranger = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
  const table: readonly [string, Readonly<Record<string, string>>, string][] = [
    ['another body', genuine, '{"type":"run.finished" }'],
    ['another id', { ...genuine, 'webhook-id': 'evt_other' }, body],
    ['another secret', await sign(nowS, stranger), body],
    ['too old', await sign(nowS - STALE_S), body],
    ['too new', await sign(nowS + STALE_S), body],
    ['no signature', { ...genuine, 'webhook-signature': '' }, body],
    ['no base64', { ...genuine, 'webhook-signature': 'v1,%%% v1, v1' }, body],
    ['odd time', { ...genuine, 'webhook-timestamp': `${nowS}abc` }, body],
  ]
  for (const [what, headers, sent] of table) assert.equal(await post(headers, sent), 401, what)
  assert.equal(await post(genuine, body), 200)
}

test('the Express receiver takes what is genuine, once, and nothing else', (t) =>
  certify(t, process.execPath, 'express-receiver.ts'))

test('the Flask receiver takes what is genuine, once, and nothing else', async (t) => {
  const python = pythonWith('flask')
  if (python === undefined) t.skip('no Python with Flask here')
  else await certify(t, python, 'flask_receiver.py')
})

test('the FastAPI receiver takes what is genuine, once, and nothing else', async (t) => {
  const python = pythonWith('fastapi', 'uvicorn')
  if (python === undefined) t.skip('no Python with FastAPI and uvicorn here')
  else await certify(t, python, 'fastapi_receiver.py')
})
