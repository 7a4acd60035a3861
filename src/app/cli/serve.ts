// Serves the API until interrupted, on the loopback interface unless told otherwise.
import { rm } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { join } from 'node:path'
import { EXIT, utf8Bytes } from '../../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../../client/index.ts'
import { atomicWriteFile, openLog, systemClock } from '../../platform/index.ts'
import { composeApp } from '../compose.ts'
import type { ComposedApp } from '../compose.ts'
import { readConfig } from '../config.ts'
import type { AppConfig } from '../config.ts'
import { greetFirstStart } from './first-start.ts'
import { listen, readListenTerms } from './listening.ts'
import type { ListenTerms } from './listening.ts'
import { readLogForm } from './log-form.ts'
import { SERVER_FILE } from './session.ts'
import type { ServerNote } from './session.ts'

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
  return serveUntilAborted(config, options, context, {
    greet: (app) => greetFirstStart(app, config.tenantId, options['demo'] === true),
  })
}

interface ServeTerms {
  /** What else is said once the server answers, line by line. */
  greet?(app: ComposedApp): Promise<readonly string[]>
  /** Page of the board that the printed link opens; the releases when absent. */
  readonly page?: string
}

/** Tells the URLs by `notify` once the server answers. */
export async function serveUntilAborted(
  config: AppConfig,
  options: OptionValues,
  process: Pick<CommandContext, 'version' | 'notify' | 'signal' | 'isTerminal'>,
  { greet, page = '/' }: ServeTerms = {},
): Promise<CommandOutcome> {
  const terms = readListenTerms(options)
  const form = readLogForm(options)
  const log = openLog({ level: 'info', clock: systemClock, form })
  const app = await composeApp(
    { ...config, isServer: true, isRequestLogged: form === 'json', hosts: hostsOf(terms) },
    process.version,
    log,
  )
  try {
    const greeting = (await greet?.(app)) ?? []
    const url = await listen(app, terms)
    const serverFile = join(config.dataFolder, SERVER_FILE)
    const note: ServerNote = { url, pid: globalThis.process.pid }
    await atomicWriteFile(serverFile, utf8Bytes(`${JSON.stringify(note)}\n`))
    await app.work.start()
    if (form === 'json') log.info('serving', { url })
    // Not into a log that machines read: the first start tells a secret.
    const say = form === 'json' && options['json'] !== true ? writeOut : process.notify
    say(
      `${[...renderServing(config, app, url, page), ...greeting, '  Ctrl-C ends it.'].join('\n')}\n`,
    )
    if (process.isTerminal) await makeBoardReady(app)
    try {
      await aborted(process.signal)
    } finally {
      await rm(serverFile, { force: true })
      await app.work.stop()
    }
    return { exit: EXIT.ok, data: { url }, text: '' }
  } finally {
    await app.close()
  }
}

function writeOut(text: string): void {
  process.stdout.write(text)
}

// An address cannot be made to point elsewhere, as a name can: whoever asks for it by number means this server.
function hostsOf({ host, hosts }: ListenTerms): readonly string[] {
  return [...hosts, isIPv6(host) ? `[${host}]` : host]
}

function renderServing(
  config: AppConfig,
  app: ComposedApp,
  url: string,
  page: string,
): readonly string[] {
  return [
    `Serving on ${url}`,
    `  the board: ${url}${page}#key=${app.viewKey}`,
    '    (the link signs a browser in, to read only)',
    `  operator’s key: in ${join(config.dataFolder, 'keys', 'api.secret')}; commands on this machine find it by themselves`,
  ]
}

/** Somebody sits before the printed link, so the board is there when they follow it; else the first browser waits for it. */
async function makeBoardReady(app: ComposedApp): Promise<void> {
  // Whatever goes wrong is answered to the browser that asks next, with its reason.
  await app.web.inject({ method: 'GET', url: '/', headers: { host: 'localhost' } })
}

export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
