// Serves the API on the loopback interface until interrupted.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'
import { EXIT, messageOf, utf8Bytes } from '../../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../../client/index.ts'
import { atomicWriteFile, openLog, systemClock } from '../../platform/index.ts'
import { composeApp } from '../compose.ts'
import type { ComposedApp } from '../compose.ts'
import { readConfig } from '../config.ts'
import type { AppConfig } from '../config.ts'
import { appFault } from '../errors.ts'
import { SERVER_FILE } from './session.ts'
import type { ServerNote } from './session.ts'

const DEFAULT_PORT = 7420
const PORT_MAXIMUM = 65_535

export async function runServeCommand(
  context: CommandContext,
  _args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const text = (name: string): string | undefined => {
    const value = options[name]
    return typeof value === 'string' ? value : undefined
  }
  const config = await readConfig({ data: text('data'), tenant: text('tenant'), isServer: true })
  return serveUntilAborted(config, options, context)
}

/** Tells the URLs by `notify` once the server answers. */
export async function serveUntilAborted(
  config: AppConfig,
  options: OptionValues,
  process: Pick<CommandContext, 'version' | 'notify' | 'signal'>,
): Promise<CommandOutcome> {
  const port = portOf(options)
  const app = await composeApp(
    config,
    process.version,
    openLog({ level: 'info', clock: systemClock }),
  )
  try {
    const url = await listenOnLoopback(app, port)
    const serverFile = join(config.dataFolder, SERVER_FILE)
    const note: ServerNote = { url, pid: globalThis.process.pid }
    await atomicWriteFile(serverFile, utf8Bytes(`${JSON.stringify(note)}\n`))
    process.notify(`${renderServing(config, app, url)}\n`)
    try {
      await aborted(process.signal)
    } finally {
      await rm(serverFile, { force: true })
    }
    return { exit: EXIT.ok, data: { url }, text: '' }
  } finally {
    await app.close()
  }
}

async function listenOnLoopback(app: ComposedApp, port: number): Promise<string> {
  try {
    await app.web.listen({ host: '127.0.0.1', port })
  } catch (error) {
    throw appFault(
      'APP_PORT_TAKEN',
      `expected a free port 127.0.0.1:${port}: ${messageOf(error)}`,
      { cause: error },
    )
  }
  const { port: bound } = app.web.server.address() as AddressInfo
  return `http://127.0.0.1:${bound}`
}

function renderServing(config: AppConfig, app: ComposedApp, url: string): string {
  return [
    `Serving on ${url}`,
    `  releases and reports (read-only): ${url}/?key=${app.viewKey}`,
    `  API key: in ${join(config.dataFolder, 'keys', 'api.secret')}; commands on this machine find it by themselves`,
    '  Ctrl-C ends it.',
  ].join('\n')
}

function portOf(options: OptionValues): number {
  const text = options['port']
  if (text === undefined) return DEFAULT_PORT
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= PORT_MAXIMUM) return port
  throw appFault(
    'APP_OPTION_INVALID',
    `expected --port from 0 to ${PORT_MAXIMUM}, got ${JSON.stringify(text)}`,
  )
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
