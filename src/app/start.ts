// What the process does with its words: the walkthrough for `start`, else one command of the table.
import { fstatSync, readFileSync } from 'node:fs'
import type { CommandOutcome } from '../client/index.ts'
import type { ShellCall } from './cli/shell.ts'
import { runShell } from './cli/shell.ts'
import { withoutLogCommands } from '../kernel/index.ts'
import { readConfig, readScreenSettings } from './config.ts'

/** Runs the words and sets the process's exit code; a signal interrupts what runs and lets it clean up. */
export async function main(argv: readonly string[]): Promise<void> {
  const stop = new AbortController()
  const interrupt = (): void => stop.abort()
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  // The terminal was closed: nobody reads on, and nothing that a gate started may stay behind.
  process.once('SIGHUP', interrupt)
  // A reader that has seen enough (`| head`) closes the pipe: that ends the output, it is no fault.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  const version = readVersion()
  try {
    if (argv[0] === 'start') {
      const { runWalkthrough } = await import('./walkthrough/index.ts')
      process.exitCode = await runWalkthrough(argv.slice(1), version, stop.signal)
      return
    }
    const streams = {
      stdout: (text: string): void => void process.stdout.write(text),
      stderr: (text: string): void => void process.stderr.write(text),
      plain: isKeptInCiLog() ? withoutLogCommands : (text: string): string => text,
    }
    process.exitCode = await runShell(argv, version, streams, (call) =>
      executeCall(call, version, stop.signal),
    )
  } finally {
    process.removeListener('SIGINT', interrupt)
    process.removeListener('SIGTERM', interrupt)
    process.removeListener('SIGHUP', interrupt)
  }
}

async function executeCall(
  call: ShellCall,
  version: string,
  signal: AbortSignal,
): Promise<CommandOutcome> {
  const { spec, args, options } = call
  if (spec.needs === 'words') return (await spec.load())(args, options)
  const text = (name: string): string | undefined => {
    const value = options[name]
    return typeof value === 'string' ? value : undefined
  }
  const config = await readConfig({ data: text('data'), tenant: text('tenant') })
  const notify = (line: string): void => void process.stderr.write(line)
  const { openSession } = await import('./cli/session.ts')
  const { makeCommandContext } = await import('./cli/context.ts')
  const session = await openSession(config, call, version)
  try {
    const run = await spec.load()
    const isTerminal = process.stderr.isTTY && process.stdin.isTTY
    const context = makeCommandContext({
      config,
      client: session.client,
      version,
      isJson: options['json'] === true,
      isTerminal,
      notify,
      signal,
    })
    return await run(context, args, options)
  } finally {
    await session.close()
  }
}

/** A CI system reads what goes into its log; a file that a command is redirected to must get the very bytes. */
function isKeptInCiLog(): boolean {
  return readScreenSettings(false).ci !== undefined && !fstatSync(process.stdout.fd).isFile()
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
