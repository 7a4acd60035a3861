// What `npm start` shows: an unreviewed checklist, a release certified to GO, and a bundle that convicts a forger.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { messageOf } from '../../kernel/index.ts'
import type { ExitCode } from '../../kernel/index.ts'
import type { CommandContext, CommandSpec } from '../../client/index.ts'
import { parseReleaseName } from '../../gates/index.ts'
import { makeCommandContext } from '../cli/context.ts'
import { describeFault, renderFault } from '../cli/envelope.ts'
import { serveUntilAborted } from '../cli/serve.ts'
import { openSession } from '../cli/session.ts'
import { readConfig } from '../config.ts'
import type { AppConfig } from '../config.ts'
import { appFault } from '../errors.ts'
import { showChecklist } from './checklist.ts'
import { certifyHarbour } from './certification.ts'
import type { CertifiedRelease } from './certification.ts'
import { showBundle } from './sealing.ts'

interface WalkOptions {
  readonly file: string | undefined
  readonly isOnce: boolean
  readonly config: AppConfig
  readonly port: string | undefined
}

interface WalkWords {
  readonly values: { readonly once?: boolean; readonly data?: string; readonly port?: string }
  readonly positionals: readonly string[]
}

const WALK_SPEC: Pick<CommandSpec, 'needs'> = { needs: 'api' }

/** @returns the exit code: with --once that of the certified release's verdict */
export async function runWalkthrough(
  argv: readonly string[],
  version: string,
  signal: AbortSignal,
): Promise<ExitCode> {
  const say = (text: string): void => void process.stdout.write(text)
  try {
    const options = await readOptions(argv)
    const { exit, release } = await walk(options, version, signal, say)
    if (options.isOnce || signal.aborted) return exit
    const { service, version: of } = parseReleaseName(release)
    say('\n')
    await serveUntilAborted(
      options.config,
      options.port === undefined ? {} : { port: options.port },
      {
        version,
        notify: say,
        signal,
        isTerminal: process.stdout.isTTY,
      },
      { page: `/releases/${encodeURIComponent(service)}/${encodeURIComponent(of)}` },
    )
    return exit
  } catch (error) {
    const fault = describeFault(error)
    process.stderr.write(renderFault(fault))
    return fault.exit
  }
}

async function walk(
  options: WalkOptions,
  version: string,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<CertifiedRelease> {
  const examples = new URL('../../../examples/', import.meta.url)
  if (!existsSync(examples)) {
    throw appFault(
      'APP_DEMO_FAILED',
      'expected the examples of a clone, the published package has none',
    )
  }
  say(`Seaworthy ${version}. Everything stays in ${options.config.dataFolder}\n`)
  const session = await openSession(options.config, WALK_SPEC, version)
  try {
    const context: CommandContext = makeCommandContext({
      config: options.config,
      client: session.client,
      version,
      isJson: false,
      isTerminal: process.stdout.isTTY,
      notify: say,
      signal,
    })
    const demo = fileURLToPath(new URL('checklist/release-checklist.md', examples))
    await showChecklist(context, options.file ?? demo, say)
    const certified = await certifyHarbour(context, new URL('harbour/', examples), say)
    await showBundle(context, certified.release, say)
    return certified
  } finally {
    await session.close()
  }
}

async function readOptions(argv: readonly string[]): Promise<WalkOptions> {
  const { values, positionals } = parseWords(argv)
  return {
    file: positionals[0],
    isOnce: values.once === true,
    config: await readConfig({ data: values.data }),
    port: values.port,
  }
}

function parseWords(argv: readonly string[]): WalkWords {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { once: { type: 'boolean' }, data: { type: 'string' }, port: { type: 'string' } },
    })
    if (positionals.length > 1)
      throw new TypeError(`expected at most one file, got ${positionals.length}`)
    return { values, positionals }
  } catch (error) {
    throw appFault(
      'APP_COMMAND_UNKNOWN',
      `npm start -- [FILE] [--once] [--data FOLDER] [--port NUMBER]: ${messageOf(error)}`,
    )
  }
}
