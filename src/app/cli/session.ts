// Opens what a command needs to talk to: nothing, a server, or the whole application in this process.
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hexOf, SeaworthyError } from '../../kernel/index.ts'
import { makeClient } from '../../client/index.ts'
import type { Client, CommandSpec } from '../../client/index.ts'
import type { AppConfig } from '../config.ts'
import { appFault } from '../errors.ts'
import { isProcessAlive } from './process.ts'
import { inProcessTransport, serverTransport } from './transport.ts'

export interface Session {
  readonly client: Client
  close(): Promise<void>
}

/** Where a serving process says how to reach it; the API key lies beside it in `keys/api.secret`. */
export const SERVER_FILE = 'server.json'

const IDEMPOTENCY_KEY_BYTES = 16

/** What that file holds. */
export interface ServerNote {
  readonly url: string
  readonly pid: number
}

export async function openSession(
  config: AppConfig,
  spec: { readonly needs: CommandSpec['needs'] },
  version: string,
): Promise<Session> {
  if (spec.needs !== 'api') return { client: unreachableClient(), close: () => Promise.resolve() }
  if (config.server !== undefined) return serverSession(config, config.server)
  try {
    return await ownSession(config, version)
  } catch (error) {
    const server = isFolderLocked(error) ? await findServer(config) : undefined
    if (server === undefined) throw error
    return serverSession(config, server)
  }
}

/** The whole application in this process, which holds the folder until it is closed. */
async function ownSession(config: AppConfig, version: string): Promise<Session> {
  const { composeApp } = await import('../compose.ts')
  const { openLog, systemClock } = await import('../../platform/index.ts')
  const app = await composeApp(config, version, openLog({ level: 'warn', clock: systemClock }))
  try {
    // Only the embedded database is ours alone: then a server that the folder names ended without cleaning up.
    if (config.databaseUrl === undefined)
      await rm(join(config.dataFolder, SERVER_FILE), { force: true })
  } catch (error) {
    await app.close()
    throw error
  }
  return {
    client: makeClient(inProcessTransport(app.web), requestHeaders(config, app.apiKey)),
    close: () => app.close(),
  }
}

function isFolderLocked(error: unknown): boolean {
  return error instanceof SeaworthyError && error.code === 'PLATFORM_FOLDER_LOCKED'
}

// The folder is held by a process that serves it: talk to that one, as the same person on the same machine.
async function findServer(config: AppConfig): Promise<{ url: string; key: string } | undefined> {
  try {
    const told = JSON.parse(
      await readFile(join(config.dataFolder, SERVER_FILE), 'utf8'),
    ) as ServerNote
    // Whatever listens there now is not ours, and must not be shown the key.
    if (!isProcessAlive(told.pid)) return undefined
    const secret = await readFile(join(config.dataFolder, 'keys', 'api.secret'), 'utf8')
    return { url: told.url, key: Buffer.from(secret.trim(), 'base64').toString('base64url') }
  } catch {
    // No file, or not ours to read: the caller then reports the lock itself.
    return undefined
  }
}

async function serverSession(
  config: AppConfig,
  server: { url: string; key: string },
): Promise<Session> {
  const { systemClock, systemFetch, systemRandom } = await import('../../platform/index.ts')
  const client = makeClient(
    serverTransport(systemFetch, systemClock, server.url),
    requestHeaders(config, server.key),
    () => hexOf(systemRandom.bytes(IDEMPOTENCY_KEY_BYTES)),
  )
  return { client, close: () => Promise.resolve() }
}

function requestHeaders(config: AppConfig, key: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${key}`, 'x-seaworthy-tenant': config.tenantId }
}

function unreachableClient(): Client {
  const refuse = (): Promise<never> =>
    Promise.reject(appFault('APP_INTERNAL_FAULT', 'expected a command that needs no control plane'))
  return { call: refuse, page: refuse, upload: refuse, download: refuse }
}
