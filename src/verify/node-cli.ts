// The command line of the verifier alone: no server, no network, no package beside Node.
import { parseArgs } from 'node:util'
import { EXIT, messageOf, SeaworthyError } from '../kernel/index.ts'
import type { ExitCode } from '../kernel/index.ts'
import { runVerify } from './cli.ts'
import type { VerifyCommand } from './cli.ts'
import { verifyFault } from './errors.ts'
import { escapeControls } from './rendering.ts'

const HELP = `Usage: seaworthy-verify BUNDLE|PROOF [--trust FILE|KEY] [--entry FILE] [--witnesses FILE] [--json]

Verifies an evidence bundle offline: no byte changed, every signature and ledger proof holds, and every gate's
status and the verdict follow from the evidence. Nothing is taken on the bundle's word. A file that begins as a
C2SP tlog-proof is verified as the proof of one ledger entry instead.

  --trust FILE|KEY  whom to believe: a trust file, a PEM public key file, a base64 key, or a key id (64 digits).
                    Without it the keys in the bundle count, and the best answer is "intact, signer unknown".
                    For a proof: a trust file, or the log's verifier key (name+hash+key) itself or in a file.
  --witnesses FILE  for a bundle: C2SP policy of the witnesses you trust; without its quorum the bundle is INVALID
  --entry FILE      for a proof: the bytes of the entry, when they are not in it
  --json            one JSON document on standard output
  --help            this text

Exit codes: 0 intact, 12 intact but signer unknown, 40 INVALID, 2 usage, 6 no such file, 1 fault.

Example: seaworthy-verify harbour-2.4.0.bundle.tar --trust harbour-2.4.0.trust.json
`

export interface CliStreams {
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
}

const processStreams: CliStreams = {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
}

/** @param args words after the command's name @returns the exit code; never rejects for bad input */
export async function runVerifyCli(
  args: readonly string[],
  streams: CliStreams = processStreams,
): Promise<ExitCode> {
  const isJson = args.includes('--json')
  try {
    const command = readCommand(args)
    if (command === 'help') {
      streams.stdout(HELP)
      return EXIT.ok
    }
    const { exitCode, data, text } = await runVerify(command)
    streams.stdout(isJson ? envelopeOf({ ok: true, data }, exitCode) : text)
    return exitCode
  } catch (thrown) {
    return reportProblem(thrown, isJson, streams)
  }
}

function readCommand(args: readonly string[]): VerifyCommand | 'help' {
  const { values, positionals } = parseWords(args)
  if (values.help === true) return 'help'
  const [bundle] = positionals
  if (bundle === undefined || positionals.length !== 1) {
    throw verifyFault(
      'VERIFY_USAGE_REFUSED',
      `expected the path of one bundle, got ${positionals.length}`,
    )
  }
  return {
    bundle,
    ...(values.trust === undefined ? {} : { trust: values.trust }),
    ...(values.entry === undefined ? {} : { entry: values.entry }),
    ...(values.witnesses === undefined ? {} : { witnesses: values.witnesses }),
  }
}

function parseWords(args: readonly string[]): {
  readonly values: {
    readonly help?: boolean
    readonly json?: boolean
    readonly trust?: string
    readonly entry?: string
    readonly witnesses?: string
  }
  readonly positionals: readonly string[]
} {
  const options = {
    help: { type: 'boolean' },
    json: { type: 'boolean' },
    trust: { type: 'string' },
    entry: { type: 'string' },
    witnesses: { type: 'string' },
  } as const
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (cause) {
    throw verifyFault('VERIFY_USAGE_REFUSED', messageOf(cause), { cause })
  }
}

function reportProblem(thrown: unknown, isJson: boolean, streams: CliStreams): ExitCode {
  const { code, message, row } =
    thrown instanceof SeaworthyError
      ? thrown
      : verifyFault('VERIFY_FAULT_UNKNOWN', messageOf(thrown))
  const error = { code, message, hint: row.hint, retryable: row.retryable === true }
  if (isJson) streams.stdout(envelopeOf({ ok: false, error }, row.exit))
  else streams.stderr(escapeControls(`error: ${message}`) + `\n  ${row.hint}\n  code: ${code}\n`)
  return row.exit
}

function envelopeOf(body: Readonly<Record<string, unknown>>, exit: ExitCode): string {
  return `${JSON.stringify({ schemaVersion: 1, ...body, meta: { command: 'verify', exit } })}\n`
}
