// Every route that a developer may change something with, full of commands: whatever is sent, the server starts no process.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { base64Of } from '../../src/kernel/index.ts'
import { testSigner } from '../crypto.ts'
import { connectFeed } from '../feed.ts'
import { sendHostileRequests, textOfBody } from '../hostile-requests.ts'
import type { HostileAnswer, HostileGround, HostileRequest } from '../hostile.ts'
import { layTripwires, watchChildren } from '../tripwires.ts'
import { openReceiver } from '../webhooks.ts'
import { openWorkplace } from './command-line.ts'

/** Refusals of the edge: the route itself was not reached. */
const NOT_REACHED = /^(?:WEB|AUDIT)_/
/** As long as a worker takes at most to look at what was put down last. */
const SETTLE_MS = 1_500

const folder = mkdtempSync(join(tmpdir(), 'sea-'))
after(() => rmSync(folder, { recursive: true, force: true }))

interface Operation {
  readonly 'x-access': string
}
interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

async function changingRoutes(url: string): Promise<readonly string[]> {
  const answer = await fetch(new URL('/openapi.json', url))
  const { paths } = (await answer.json()) as ApiDocument
  return Object.entries(paths)
    .flatMap(([path, operations]) =>
      Object.entries(operations)
        .filter(([method, operation]) => method !== 'get' && operation['x-access'] !== 'admin')
        .map(([method]) => `${method.toUpperCase()} ${path}`),
    )
    .sort()
}

type Call = (method: string, path: string, body?: unknown) => Promise<HostileAnswer>

function callerWith(url: string, key: string): Call {
  return async (method, path, body) => {
    const text = textOfBody(body)
    const answer = await fetch(new URL(path, url), {
      method,
      headers: { authorization: `Bearer ${key}` },
      ...(text === undefined ? {} : { body: text }),
    })
    const told = await answer.text()
    const isJson = /json/.test(answer.headers.get('content-type') ?? '')
    const read = (isJson ? JSON.parse(told) : {}) as { data?: unknown; code?: string }
    return { status: answer.status, code: read.code ?? '', data: read.data }
  }
}

async function register(call: Call, kind: 'person' | 'runner'): Promise<HostileGround['person']> {
  const signer = testSigner('ecdsa-p256-sha256')
  const publicKey = base64Of(signer.publicKey)
  const registration = { kind, displayName: kind, roles: [], publicKey }
  const { data } = await call('POST', '/v1/principals', registration)
  return { id: (data as { id: string }).id, signer }
}

function pidOf(dataFolder: string): number {
  const told = readFileSync(join(dataFolder, 'server.json'), 'utf8')
  return (JSON.parse(told) as { pid: number }).pid
}

test('every route that a developer may change something with is sent commands, and the server starts nothing', async (t) => {
  if (process.platform !== 'linux') {
    t.skip('children of a process are looked up in /proc')
    return
  }
  const tripwires = layTripwires(folder)
  const loopback = { SEAWORTHY_WEBHOOK_LOOPBACK: 'yes' }
  const place = openWorkplace(undefined, { ...tripwires.settings, ...loopback })
  t.after(() => place.remove())
  const served = await place.serve()
  t.after(() => served.stop())
  const pid = pidOf(place.dataFolder)
  // Memory of slow hashes goes back to the system.
  assert.match(readFileSync(`/proc/${pid}/environ`, 'utf8'), /MALLOC_MMAP_THRESHOLD_=1048576/)
  const watch = watchChildren(pid)
  t.after(() => watch.end())
  const secret = readFileSync(join(place.dataFolder, 'keys', 'api.secret'), 'utf8').trim()
  const operator = callerWith(served.url, Buffer.from(secret, 'base64').toString('base64url'))
  const developer = await operator('POST', '/v1/api-keys', { name: 'dev', role: 'developer' })
  const { key } = developer.data as { key: string }
  const receiver = await openReceiver(t)
  // Short, so that it fits wherever a name does.
  const marker = join(folder, 'm')
  const hook = { url: `${receiver.url}/$(touch%20${marker})` }
  const made = await operator('POST', '/v1/webhooks', hook)
  const target = { kind: 'webhook', url: hook.url }
  assert.equal((await operator('POST', '/v1/channels', { name: 'room', target })).status, 201)
  const kinds = await operator('GET', '/v1/job-kinds')
  const call = callerWith(served.url, key)
  const told = new Map<string, string[]>()
  const send = async ({ route, path, body }: HostileRequest): Promise<HostileAnswer> => {
    const answer = await call(route.split(' ')[0] ?? '', path, body)
    told.set(route, [...(told.get(route) ?? []), answer.code || String(answer.status)])
    return answer
  }
  await sendHostileRequests(send, {
    marker,
    webhookId: (made.data as { id: string }).id,
    channel: 'room',
    person: await register(operator, 'person'),
    runner: await register(operator, 'runner'),
    jobKinds: (kinds.data as readonly { name: string }[]).map(({ name }) => name),
  })
  const feed = await connectFeed(served.url, { token: key })
  await feed.send('watch', { release: { service: `$(touch ${marker})`, version: '1' } })
  feed.socket.close()
  const routes = await changingRoutes(served.url)
  assert.ok(routes.length >= 50, `${routes.length} routes`)
  assert.deepEqual(Array.from(told.keys()).sort(), routes, 'every route is sent something')
  const unreached = Array.from(told).filter(([, answers]) =>
    answers.every((answer) => NOT_REACHED.test(answer)),
  )
  assert.deepEqual(unreached, [], 'every route reads what it is sent')
  const done = Array.from(told.values()).filter((all) => all.some((each) => each.startsWith('2')))
  t.diagnostic(`${routes.length} routes, ${done.length} did what they were sent`)
  assert.ok(done.length >= 40, `only ${done.length} routes did what they were sent`)
  await pause(SETTLE_MS)
  assert.ok(receiver.received.length > 0, 'the worker delivered meanwhile')
  assert.ok(watch.looks > 50, `${watch.looks} looks at its children`)
  const children = await watch.end()
  assert.equal((await served.stop()).exit, 0)
  assert.deepEqual([...children, ...tripwires.rung()], [])
  assert.ok(!existsSync(marker))
})

test('whatever starts a process rings: by its child, by a canary on the way, and by the call', async () => {
  const own = join(folder, 'own')
  mkdirSync(own)
  const { settings, rung } = layTripwires(own)
  const script = `const { execFile, spawn } = require('node:child_process')
execFile('git', ['status'])
spawn('/bin/sleep', ['1'])`
  const { NODE_OPTIONS = '', ...env } = settings
  const ended = spawnSync(process.execPath, ['-e', script], { env: { ...env, NODE_OPTIONS } })
  assert.equal(ended.status, 0, String(ended.stderr))
  assert.deepEqual(rung().toSorted(), ['canary git status', 'execFile "git"', 'spawn "/bin/sleep"'])
  const watch = watchChildren(process.pid)
  const child = spawn('/bin/sleep', ['0.3'])
  await once(child, 'exit')
  assert.ok((await watch.end()).includes('child sleep'))
})
