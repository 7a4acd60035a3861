// PromQL checks against a server made by hand: what is sent, and every way an answer can be broken.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { aGate, runGate, textOf } from '../../../test/runner.ts'
import type { Submission } from '../../../test/runner.ts'
import type { Check, PlanGate } from '../../verdict/index.ts'

interface Asked {
  readonly method: string
  readonly path: string
  readonly form: URLSearchParams
  readonly authorization: string | undefined
}

/** A server that keeps what it was asked and lets `answer` reply. */
async function serve(
  t: TestContext,
  answer: (response: ServerResponse, asked: Asked) => void,
): Promise<{ readonly url: string; readonly asked: Asked[] }> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const reply = (body: string): void => {
      const url = new URL(request.url ?? '', 'http://x.test')
      const one: Asked = {
        method: request.method ?? '',
        path: url.pathname,
        form: request.method === 'POST' ? new URLSearchParams(body) : url.searchParams,
        authorization: request.headers.authorization,
      }
      asked.push(one)
      answer(response, one)
    }
    readBody(request).then(reply, (error: Error) => response.destroy(error))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  return { url: `http://127.0.0.1:${address.port}/prom/`, asked }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}

const succeed = (response: ServerResponse, { form }: Asked, value = '1'): void => {
  const at = Number(form.get('time'))
  response.setHeader('content-type', 'application/json')
  response.end(
    JSON.stringify({
      status: 'success',
      data: { resultType: 'vector', result: [{ metric: {}, value: [at, value] }] },
    }),
  )
}

async function runQuery(
  url: string,
  check: Partial<Extract<Check, { type: 'promql' }>> = {},
  gate: Partial<PlanGate> = {},
  parameters: Readonly<Record<string, string>> = {},
): Promise<Submission> {
  const full = { type: 'promql', connection: 'PROMETHEUS_URL', query: 'up', ...check } as const
  return runGate(
    aGate('p', full, {
      parameters: Object.keys(parameters),
      assertions: [{ read: { from: 'samples', take: 'only' }, op: 'eq', value: 1 }],
      ...gate,
    }),
    { terms: { parameters: { PROMETHEUS_URL: url, ...parameters }, confirmed: [] } },
  )
}

test('a query is sent with the instant it asks for, and the raw answer is the evidence', async (t) => {
  const { url, asked } = await serve(t, succeed)
  const got = await runQuery(url)
  assert.equal(got.judgement.status, 'PASS')
  assert.ok(got.capture.kind === 'promql')
  assert.deepEqual(
    asked.map(({ method, path, form }) => [method, path, form.get('query')]),
    [['GET', '/prom/api/v1/query', 'up']],
  )
  assert.equal(Number(asked[0]?.form.get('time')) * 1_000, got.capture.queriedAtMs)
  assert.match(textOf(got, 'body') ?? '', /"resultType":"vector"/)
})

test('a long query is posted, and a range asks for start, end and step', async (t) => {
  const { url, asked } = await serve(t, succeed)
  await runQuery(url, { query: `up${' or up'.repeat(500)}` })
  await runQuery(url, { range: { durationMs: 60_000, stepMs: 15_000 } })
  const [long, range] = asked
  assert.deepEqual([long?.method, long?.form.get('query')?.length], ['POST', 3_002])
  const from = (key: string): number => Number(range?.form.get(key))
  assert.deepEqual(
    [range?.path, Math.round(from('end') - from('start')), from('step')],
    ['/prom/api/v1/query_range', 60, 15],
  )
})

test('parameters stand in a query as plain words only, and in headers as they are', async (t) => {
  const { url, asked } = await serve(t, succeed)
  const check = { query: 'up{job="$JOB"}', headers: { Authorization: 'Bearer $API_TOKEN' } }
  const good = await runQuery(url, check, {}, { JOB: 'api', API_TOKEN: 'fake token "1"' })
  assert.equal(good.judgement.status, 'PASS')
  assert.deepEqual(
    [asked[0]?.form.get('query'), asked[0]?.authorization],
    ['up{job="api"}', 'Bearer fake token "1"'],
  )
  const bad = await runQuery(url, check, {}, { JOB: 'x"} or vector(1) #', API_TOKEN: 'fake-token' })
  assert.equal(bad.judgement.status, 'ERROR')
  assert.match(bad.judgement.reason, /the value of JOB is not one plain word/)
  assert.equal(asked.length, 1)
})

test('user name and password of the address go into a header and are stored nowhere', async (t) => {
  const { url, asked } = await serve(t, (response, one) => {
    response.setHeader('x-echo', one.authorization ?? '')
    succeed(response, one)
  })
  const got = await runQuery(url.replace('//', '//reader:fake-pass-word@'))
  assert.equal(got.judgement.status, 'PASS')
  const pair = Buffer.from('reader:fake-pass-word').toString('base64')
  assert.equal(asked[0]?.authorization, `Basic ${pair}`)
  const stored = Buffer.concat(Object.values(got.evidence)).toString('latin1')
  assert.ok(!stored.includes('fake-pass-word') && !stored.includes(pair))
})

test('no answer, an error, a page of HTML and a slow server are errors, each with its reason', async (t) => {
  const page = await serve(t, (response) => response.end('<html>login</html>'))
  const broken = await serve(t, (response) => {
    response.statusCode = 503
    response.end('{"status":"error","errorType":"timeout","error":"query timed out"}')
  })
  const silent = await serve(t, () => undefined)
  const reasons = await Promise.all([
    runQuery(page.url),
    runQuery(broken.url),
    runQuery(silent.url, {}, { timeoutMs: 200 }),
    runQuery('http://127.0.0.1:1'),
    runQuery('not a url'),
  ])
  assert.deepEqual(
    reasons.map(({ judgement }) => judgement.status),
    ['ERROR', 'ERROR', 'ERROR', 'ERROR', 'ERROR'],
  )
  const texts = reasons.map(({ judgement }) => judgement.reason)
  assert.match(texts[0] ?? '', /expected JSON, got something else with HTTP status 200/)
  assert.match(texts[1] ?? '', /timeout: query timed out/)
  assert.match(texts[2] ?? '', /200 ms/)
  assert.match(texts[4] ?? '', /PROMETHEUS_URL is no URL/)
})

test('an answer without end is cut at the limit and proves nothing', async (t) => {
  const { url } = await serve(t, (response) => {
    response.write('{"status":"success","data":{"resultType":"vector","result":[')
    const part = `${' '.repeat(65_535)}\n`
    const more = (): void => {
      while (!response.destroyed && response.write(part));
      if (!response.destroyed) response.once('drain', more)
    }
    more()
  })
  const got = await runQuery(url)
  assert.ok(got.capture.kind === 'promql')
  assert.deepEqual(
    [got.judgement.status, got.capture.streams['body']?.truncated],
    ['INCONCLUSIVE', true],
  )
})
