// The composed house behind a socket, and clients of its realtime feed as people would write them.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { io } from 'socket.io-client'
import type { Socket } from 'socket.io-client'
import { composeApp } from '../src/app/compose.ts'
import type { ComposedApp } from '../src/app/compose.ts'
import { readConfig } from '../src/app/config.ts'
import type { AppConfig } from '../src/app/config.ts'
import type { Log } from '../src/kernel/index.ts'
import { bearer } from './composed.ts'

const ignore = (): undefined => undefined
const SILENT: Log = { info: ignore, warn: ignore, error: ignore }
/** Longer than anything takes on a machine that does twenty other things. */
const WAIT_LIMIT_MS = 60_000

export interface ServedApp {
  readonly app: ComposedApp
  readonly url: string
  readonly port: number
}

export async function serveApp(
  t: { after(ending: () => unknown): void },
  more: Partial<Pick<AppConfig, 'signIn' | 'socketLimits'>> = {},
): Promise<ServedApp> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'seaworthy-feed-'))
  const config = await readConfig({ data: dataFolder, tenant: 'local' })
  const app = await composeApp({ ...config, ...more, isServer: true }, '0.0.0', SILENT)
  t.after(async () => {
    await app.close()
    await rm(dataFolder, { recursive: true, force: true })
  })
  await app.web.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.web.server.address() as AddressInfo
  return { app, url: `http://127.0.0.1:${port}`, port }
}

export interface FeedChange {
  readonly seq: number
  readonly type: string
  readonly subject: string
}

export interface FeedMessage {
  readonly release: { readonly service: string; readonly version: string } | null
  readonly cursor: string
  readonly changes: readonly FeedChange[]
}

export type FeedAnswer =
  | { readonly ok: true; readonly cursor: string; readonly behind: number }
  | {
      readonly ok: false
      readonly error: { readonly code: string; readonly retryAfterMs?: number }
    }

export interface FeedClient {
  readonly socket: Socket
  readonly messages: readonly FeedMessage[]
  /** Everything that came, in the order in which it came. */
  seqs(): readonly number[]
  send(event: string, body?: unknown): Promise<FeedAnswer>
  /** Why the connection ended, once it has. */
  readonly ended: Promise<string>
}

/** @returns a client that was let in @throws the code that it was refused with */
export async function connectFeed(
  url: string,
  auth: Readonly<Record<string, unknown>>,
  more: { readonly extraHeaders?: Record<string, string>; readonly query?: object } = {},
): Promise<FeedClient> {
  const socket = io(url, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    timeout: WAIT_LIMIT_MS,
    auth,
    ...more,
  })
  const messages: FeedMessage[] = []
  socket.on('changes', (message: FeedMessage) => void messages.push(message))
  const ended = new Promise<string>((resolve) => socket.once('disconnect', resolve))
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', (error) => {
      socket.close()
      reject(error)
    })
  })
  return {
    socket,
    messages,
    ended,
    seqs: () => messages.flatMap(({ changes }) => changes.map(({ seq }) => seq)),
    send: (event, body) =>
      socket.timeout(WAIT_LIMIT_MS).emitWithAck(event, body ?? {}) as Promise<FeedAnswer>,
  }
}

export async function until(holds: () => boolean, what = 'it'): Promise<void> {
  const endsAtMs = performance.now() + WAIT_LIMIT_MS
  while (!holds()) {
    assert.ok(performance.now() < endsAtMs, `expected ${what} within a minute`)
    await pause(10)
  }
}

/** One series as a scrape tells it. */
export async function metricOf(app: ComposedApp, name: string): Promise<number> {
  const headers = { host: 'localhost', ...bearer(app.apiKey) }
  const { body } = await app.web.inject({ method: 'GET', url: '/metrics', headers })
  const line = body.split('\n').find((each) => each.startsWith(`${name} `))
  assert.ok(line !== undefined, `expected ${name} in\n${body}`)
  return Number(line.slice(name.length + 1))
}
