// The request log of a server: one JSON line for each request, and nothing in it that a caller could hide or leak there.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import test from 'node:test'
import { openWorkplace } from './command-line.ts'

const CANARY = 'canary-7f3a'

/** Sends bytes as they are; the answer is not looked at. */
function sendRaw(url: string, text: string): Promise<void> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text))
    socket.on('data', () => socket.end())
    socket.on('error', reject)
    socket.on('close', () => resolve())
  })
}

/** Through every input that a request has, the last one unreadable. @returns how many were sent */
async function sendCanaries(url: string, key: string): Promise<number> {
  const operator = { authorization: `Bearer ${key}` }
  const json = { ...operator, 'content-type': 'application/json' }
  const digest = createHash('sha256').update(CANARY).digest('hex')
  type Sent = readonly [string, string, Record<string, string>, string?]
  const sent: readonly Sent[] = [
    ['GET', `/v1/runs?filter=${CANARY}`, { ...operator, 'x-request-id': 'asked-for-1' }],
    ['GET', `/v1/runs/${CANARY}`, operator],
    ['GET', `/${CANARY}?key=${CANARY}`, { authorization: `Bearer ${CANARY}` }],
    ['GET', `/v1/runs?key=${CANARY}`, {}],
    ['GET', '/v1/runs', { ...operator, cookie: CANARY, 'user-agent': CANARY }],
    ['GET', '/v1/runs', { ...operator, 'x-request-id': `${CANARY} "}\u00e9` }],
    ['GET', '/v1/runs', { ...operator, traceparent: CANARY, referer: CANARY }],
    ['POST', '/v1/ledger/entries', json, `{"text":"${CANARY}"}`],
    ['POST', '/v1/ledger/entries', json, `{"${CANARY}":`],
    ['POST', '/v1/runs', json, `{"planHash":"${CANARY}"}`],
    ['PUT', `/v1/evidence/sha256:${digest}`, operator, CANARY],
    ['GET', `/v1/runs/%0d%0a{"level":"forged"}${CANARY}`, operator],
  ]
  for (const [method, path, headers, body] of sent) {
    const init = body === undefined ? { method, headers } : { method, headers, body }
    await (await fetch(new URL(path, url), init)).arrayBuffer()
  }
  await sendRaw(url, `GET /v1/runs HTTP/1.1\r\nhost: localhost\r\nx-${CANARY}: \u0001\r\n\r\n`)
  return sent.length + 1
}

test('each request is one line of JSON with who, what and how long, and no canary sent through any input is in it', async () => {
  const place = openWorkplace()
  try {
    const served = await place.serve(['--log', 'json'])
    const secret = readFileSync(join(place.dataFolder, 'keys', 'api.secret'), 'utf8').trim()
    const key = Buffer.from(secret, 'base64').toString('base64url')
    const sentCount = await sendCanaries(served.url, key)
    const end = await served.stop()
    assert.equal(end.exit, 0)
    assert.match(end.stdout, /Serving on/)
    assert.doesNotMatch(end.stderr, new RegExp(`${CANARY}|forged|${key}`))
    const lines = end.stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    const requests = lines.filter(({ message }) => message === 'request')
    assert.equal(requests.length, sentCount)
    const { method, route, status } = requests.at(-1)!
    assert.deepEqual([method, route, status], ['unknown', 'unknown', 400])
    const { at, durationMs, sizeBytes, ...first } = requests[0]!
    assert.match(String(at), /^\d{4}-.*Z$/)
    assert.ok(Number(durationMs) > 0 && Number(sizeBytes) > 0)
    assert.deepEqual(first, {
      level: 'info',
      message: 'request',
      requestId: 'asked-for-1',
      method: 'GET',
      route: '/v1/runs',
      // The parameter that carries the canary is none that the route knows.
      status: 400,
      principal: 'operator',
      tenantId: 'local',
      isCutOff: false,
    })
    assert.deepEqual(
      requests.slice(1, 4).map(({ route, status, principal }) => [route, status, principal]),
      [
        ['/v1/runs/:runId', 404, 'operator'],
        ['unknown', 404, undefined],
        ['/v1/runs', 401, undefined],
      ],
    )
  } finally {
    place.remove()
  }
})

test('without --log json no request is logged, and another form is refused', async () => {
  const place = openWorkplace()
  try {
    const served = await place.serve()
    await (await fetch(new URL('/v1/runs', served.url))).arrayBuffer()
    const end = await served.stop()
    assert.doesNotMatch(end.stderr, /request|\/v1\/runs/)
    const refused = await place.refusal(['serve', '--log', 'xml'])
    assert.deepEqual([refused.exit, refused.code], [2, 'APP_OPTION_INVALID'])
  } finally {
    place.remove()
  }
})
