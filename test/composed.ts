// The composed house on a data folder of its own, asked through its routes without a socket.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { composeApp } from '../src/app/compose.ts'
import type { ComposedApp } from '../src/app/compose.ts'
import { readConfig } from '../src/app/config.ts'
import type { AppConfig } from '../src/app/config.ts'
import { openDatabase } from '../src/app/open-database.ts'
import { slices } from '../src/app/rooms.ts'
import type { Log, Route, Sql } from '../src/kernel/index.ts'

const ignore = (): undefined => undefined
const SILENT: Log = { info: ignore, warn: ignore, error: ignore }

export interface ApiRequest {
  readonly method: Route['method']
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly payload?: string
  /** Where it comes from; default: this machine. */
  readonly remoteAddress?: string
}

/** Composed for the tenant `local`, on what `prepare` left in its database, and gone with the test. */
export async function openComposedApp(
  t: Pick<TestContext, 'after'>,
  more: Partial<Pick<AppConfig, 'signIn' | 'isServer'>> = {},
  prepare?: (sql: Sql) => Promise<unknown>,
): Promise<ComposedApp> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'seaworthy-composed-'))
  const config = await readConfig({ data: dataFolder, tenant: 'local' })
  if (prepare !== undefined) {
    const database = await openDatabase(config, slices, SILENT)
    try {
      await prepare(database.sql)
    } finally {
      await database.close()
    }
  }
  const app = await composeApp({ ...config, ...more }, '0.0.0', SILENT)
  t.after(async () => {
    await app.close()
    await rm(dataFolder, { recursive: true, force: true })
  })
  return app
}

export const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` })

/** The status, with the code of the problem when it is a refusal. */
export async function statusOf(app: ComposedApp, request: ApiRequest): Promise<string> {
  const headers = { host: 'localhost', ...request.headers }
  const answer = await app.web.inject({ ...request, headers })
  if (answer.statusCode < 400) return String(answer.statusCode)
  return `${answer.statusCode} ${answer.json<{ code: string }>().code}`
}

/** Asks as the operator, and expects to be served. */
export async function askAsOperator<Data>(
  app: ComposedApp,
  url: string,
  body: unknown,
): Promise<Data> {
  const payload = typeof body === 'string' ? body : JSON.stringify(body)
  const headers = { host: 'localhost', ...bearer(app.apiKey) }
  const answer = await app.web.inject({ method: 'POST', url, headers, payload })
  assert.ok(answer.statusCode < 300, answer.body)
  return answer.json<{ data: Data }>().data
}
