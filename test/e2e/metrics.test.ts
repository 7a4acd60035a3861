// The metrics of a served folder: promtool reads them, a real Prometheus scrapes them, and hostile callers cannot make them grow.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { readReport } from '../../src/formats/index.ts'
import { prometheusMissing, runPrometheus } from '../prometheus.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

const place = openWorkplace()
let served: ServedFolder
let key = ''

before(async () => {
  served = await place.serve()
  const secret = readFileSync(join(place.dataFolder, 'keys', 'api.secret'), 'utf8').trim()
  key = Buffer.from(secret, 'base64').toString('base64url')
})

after(async () => {
  assert.equal((await served.stop()).exit, 0)
  place.remove()
})

function get(path: string, bearer = key, more: Record<string, string> = {}): Promise<Response> {
  return fetch(new URL(path, served.url), {
    headers: { authorization: `Bearer ${bearer}`, ...more },
  })
}

async function scrape(): Promise<string> {
  const answer = await get('/metrics')
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  return answer.text()
}

function valueOf(text: string, series: string): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

test('requests, appends, transactions, the process and what is in flight are counted', async () => {
  const appended = await place.ask(['ledger', 'append', 'counted'])
  assert.equal(appended.exit, 0)
  await (await get('/v1/runs')).text()
  const text = await scrape()
  const route = 'seaworthy_http_request_duration_seconds_count{route='
  assert.equal(valueOf(text, `${route}"/v1/runs",method="GET",status="2xx"}`), 1)
  assert.equal(valueOf(text, `${route}"/v1/ledger/entries",method="POST",status="2xx"}`), 1)
  assert.equal(valueOf(text, 'seaworthy_http_requests_in_flight'), 1)
  const appends = valueOf(
    text,
    'seaworthy_ledger_append_duration_seconds_count{outcome="appended"}',
  )
  assert.ok(appends !== undefined && appends >= 1)
  assert.ok((valueOf(text, 'seaworthy_ledger_entries') ?? 0) >= appends)
  const committed = 'seaworthy_database_transaction_duration_seconds_count{outcome="committed"}'
  assert.ok((valueOf(text, committed) ?? 0) > 1)
  assert.equal(valueOf(text, 'seaworthy_database_up'), 1)
  for (const name of [
    'process_resident_memory_bytes',
    'process_cpu_seconds_total',
    'nodejs_heap_size_used_bytes',
  ])
    assert.ok((valueOf(text, name) ?? 0) > 0, name)
  assert.ok((valueOf(text, 'nodejs_eventloop_lag_p99_seconds') ?? -1) >= 0)
})

test('a key of a tenant does not open the metrics, whatever its role; the key of the pages does', async () => {
  const made = await place.ask<{ key: string }>(['api-key', 'create', 'nosy', '--role', 'admin'])
  const refused = await get('/metrics', made.data.key)
  assert.deepEqual([refused.status, (await refused.json()).code], [403, 'APP_OPERATOR_ONLY'])
  assert.equal((await fetch(new URL('/metrics', served.url))).status, 401)
  const page = await (await get('/')).text()
  assert.doesNotMatch(page, new RegExp(key))
})

test('two thousand unknown paths, methods and hostile names add one series each at most', async () => {
  const before = (await scrape()).split('\n').length
  for (let round = 0; round < 40; round += 1) {
    const asked = Array.from({ length: 50 }, (_, each) =>
      get(`/x${round}-${each}%22%7d%0aevil_total%209`, `guess-${round}`, {
        'x-seaworthy-tenant': `t${each}`,
      }),
    )
    for (const answer of await Promise.all(asked)) await answer.arrayBuffer()
  }
  for (let each = 0; each < 300; each += 1) await (await get(`/v1/runs/${each}`)).arrayBuffer()
  const text = await scrape()
  assert.doesNotMatch(text, /evil|guess-/)
  // Each new combination of route, method and status is one histogram: its buckets, sum and count.
  assert.ok(
    text.split('\n').length - before < 100,
    `${text.split('\n').length} from ${before} lines`,
  )
  const unknown =
    /^seaworthy_http_request_duration_seconds_count\{route="unknown",method="GET",status="4xx"\} (\d+)$/m
  assert.equal(Number(unknown.exec(text)?.[1]), 2_000)
  const refused = /^rate_limit_refused_total\{policy="stranger",source="local"\} (\d+)$/m
  assert.ok(Number(refused.exec(text)?.[1]) > 1_000)
})

test('promtool has nothing against them', { skip: prometheusMissing() }, async () => {
  const done = spawnSync('promtool', ['check', 'metrics'], {
    input: await scrape(),
    encoding: 'utf8',
  })
  assert.deepEqual([done.status, done.stdout, done.stderr], [0, '', ''])
})

test(
  'a Prometheus with the operator’s key scrapes them and answers from them',
  { skip: prometheusMissing() },
  async (t) => {
    const { url } = await runPrometheus(t, { host: new URL(served.url).host, key })
    const query = encodeURIComponent('sum(seaworthy_ledger_entries) > 0')
    const answer = await fetch(`${url}/api/v1/query?query=${query}`)
    const reading = readReport(new Uint8Array(await answer.arrayBuffer()))
    assert.ok(reading.ok)
    const values = (reading.report.series ?? []).flatMap(({ points }) =>
      points.map(([, value]) => value),
    )
    assert.equal(values.length, 1)
  },
)
