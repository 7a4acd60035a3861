// A real Prometheus for tests: a folder of its own, one scraped target, and samples of the past from promtool.
import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** Why there is no Prometheus to test with; false when there is. */
export function prometheusMissing(): string | false {
  if (process.env['SEAWORTHY_HIDE_SERVICES'] === '1')
    return 'services are hidden by SEAWORTHY_HIDE_SERVICES'
  const isThere = (file: string): boolean => spawnSync(file, ['--version']).status === 0
  return isThere('prometheus') && isThere('promtool')
    ? false
    : 'prometheus and promtool are not installed (Debian package prometheus)'
}

export interface RunningPrometheus {
  readonly url: string
}

async function freePort(): Promise<number> {
  const server = createSocket()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  await new Promise((resolve) => server.close(resolve))
  return address.port
}

/**
 * Starts a server that holds the given OpenMetrics samples of the past and scrapes `metrics` once a second.
 * Ends with the test.
 */
export async function startPrometheus(
  t: TestContext,
  past: string,
  metrics: () => string,
): Promise<RunningPrometheus> {
  const target = createServer((_request, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4')
    response.end(metrics())
  })
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    target.closeAllConnections()
    target.close()
  })
  const address = target.address()
  assert.ok(address !== null && typeof address === 'object')
  return runPrometheus(t, { host: `127.0.0.1:${address.port}`, past })
}

export interface ScrapeTarget {
  /** Name and port. */
  readonly host: string
  /** Sent as a bearer key. */
  readonly key?: string
  /** OpenMetrics samples that it holds from the start. */
  readonly past?: string
}

/** Scrapes `/metrics` of the target once a second; answers once it has. Ends with the test. */
export async function runPrometheus(
  t: TestContext,
  target: ScrapeTarget,
): Promise<RunningPrometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-prometheus-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const data = join(folder, 'data')
  if (target.past !== undefined) {
    const samples = join(folder, 'past.txt')
    writeFileSync(samples, target.past)
    const words = ['tsdb', 'create-blocks-from', 'openmetrics', samples, data]
    execFileSync('promtool', words, { stdio: 'ignore' })
  }
  const key = target.key === undefined ? '' : `authorization: { credentials: ${target.key} }, `
  writeFileSync(
    join(folder, 'prometheus.yml'),
    [
      'global: { scrape_interval: 1s, scrape_timeout: 1s }',
      'scrape_configs:',
      `- { job_name: harbour, ${key}static_configs: [{ targets: ['${target.host}'] }] }`,
    ].join('\n'),
  )
  const port = await freePort()
  const server = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${data}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--storage.tsdb.retention.time=10y',
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  )
  const ended = new Promise((resolve) => server.once('exit', resolve))
  t.after(async () => {
    server.kill('SIGKILL')
    await ended
  })
  const url = `http://127.0.0.1:${port}`
  await untilAnswers(async () => (await fetch(`${url}/-/ready`)).ok)
  await untilAnswers(async () => {
    const answer = await fetch(`${url}/api/v1/query?query=up`)
    return (await answer.text()).includes('"1"]')
  })
  return { url }
}

/** Waits until the question is answered with yes, for at most 20 seconds. */
async function untilAnswers(ask: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + 20_000
  while (performance.now() < until) {
    if (await ask().catch(() => false)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('expected Prometheus to be ready within 20 s')
}
