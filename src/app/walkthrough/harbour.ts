// Starts the example service as a child process, gives it some bookings, and ends it.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Fetch } from '../../kernel/index.ts'
import { utf8Bytes } from '../../kernel/index.ts'
import { readEnvironment } from '../config.ts'
import { appFault } from '../errors.ts'

export interface RunningHarbour {
  readonly url: string
  readonly databaseUrl: string
  /** Made anew for each walk; turns bookings off and on. */
  readonly operatorKey: string
  stop(): Promise<void>
}

/** Its embedded database takes some seconds to be made on a busy machine. */
const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 5_000
const REQUEST_TIMEOUT_MS = 10_000

export async function startHarbour(folder: URL, fetch: Fetch): Promise<RunningHarbour> {
  const main = fileURLToPath(new URL('main.ts', folder))
  const databaseUrl = readEnvironment('HARBOUR_DATABASE_URL')
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: databaseUrl === undefined ? {} : { HARBOUR_DATABASE_URL: databaseUrl },
  })
  const told = await firstLine(child)
  const started = JSON.parse(told) as Omit<RunningHarbour, 'stop'>
  await makeBookings(fetch, started.url)
  return { ...started, stop: () => stopChild(child) }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const refuse = (what: string): void => {
      child.kill('SIGKILL')
      reject(appFault('APP_DEMO_FAILED', `expected the example service to start, ${what}`))
    }
    const timer = AbortSignal.timeout(START_LIMIT_MS)
    timer.addEventListener(
      'abort',
      () => refuse(`it said nothing for ${START_LIMIT_MS / 1000} s`),
      { once: true },
    )
    child.once('error', (error) => refuse(error.message))
    child.once('exit', (code) => refuse(`it ended with code ${code}`))
    createInterface({ input: child.stdout! }).once('line', (line) => {
      child.removeAllListeners('exit')
      resolve(line)
    })
  })
}

async function makeBookings(fetch: Fetch, url: string): Promise<void> {
  const bookings = [
    ['oslo', 'Ada', 3],
    ['oslo', 'Grace', 4],
    ['bergen', 'Edith', 3],
  ] as const
  for (const [tenant, ship, berth] of bookings) {
    const answer = await fetch.send({
      method: 'POST',
      url: `${url}/bookings`,
      headers: { 'x-tenant': tenant, 'content-type': 'application/json' },
      body: utf8Bytes(JSON.stringify({ ship, berth, day: '2026-12-01' })),
      timeoutMs: REQUEST_TIMEOUT_MS,
      bodyLimitBytes: 10_000,
    })
    // On a database of the user's own the berth may be booked since an earlier walk.
    if (![200, 201, 409].includes(answer.status)) {
      throw appFault(
        'APP_DEMO_FAILED',
        `expected a booking to be made, got status ${answer.status}`,
      )
    }
  }
}

function stopChild(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve()
      return
    }
    const timer = AbortSignal.timeout(STOP_LIMIT_MS)
    timer.addEventListener('abort', () => void child.kill('SIGKILL'), { once: true })
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}
