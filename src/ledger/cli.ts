// The ledger commands: append, list, verify, prove, checkpoint and sealed days.
import {
  bytesOfBase64,
  EXIT,
  harmlessLine,
  harmlessText,
  utf8Bytes,
  utf8Text,
} from '../kernel/index.ts'
import { shellWordOf } from '../client/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { parseWitnessPolicy, POLICY_LIMIT_CHARACTERS } from '../proof/index.ts'
import { gatherCosignatures } from './cosigning.ts'
import type { Cosigned } from './cosigning.ts'
import { ledgerFault } from './errors.ts'
import type { EarlierEpoch, LogVerdict, SealedDay, SignedCheckpoint } from './model.ts'

const NOTE_LIMIT_BYTES = 32 * 1024
const CHECKPOINT_LIMIT_BYTES = 100_000

interface ListedEntry {
  readonly seq: number
  readonly time: string
  readonly leafHash: string
  readonly erasedBy?: number
  readonly body: { readonly type: string; readonly actor: string; readonly subject: string }
}

export async function runLedgerAppend(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const text = args[0] ?? utf8Text(await context.files.read('-', NOTE_LIMIT_BYTES))
  const subject = typeof options['subject'] === 'string' ? options['subject'] : 'note'
  const body = { type: 'note.appended', subject, payload: { text } }
  const appended = await context.client.call<{ seq: number; leafHash: string }>(
    'POST',
    '/v1/ledger/entries',
    body,
  )
  return {
    exit: EXIT.ok,
    data: appended,
    text: `entry ${appended.seq}, leaf hash ${appended.leafHash}`,
  }
}

export async function runLedgerList(
  context: CommandContext,
  _args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const query = new URLSearchParams()
  if (typeof options['from'] === 'string') query.set('from', options['from'])
  for (const name of ['limit', 'epoch'])
    if (typeof options[name] === 'string') query.set(name, options[name])
  const page = await context.client.call<{
    entries: readonly ListedEntry[]
    nextSeq: number | null
  }>('GET', `/v1/ledger/entries?${query.toString()}`)
  const lines = page.entries.map(
    ({ seq, time, body, erasedBy }) =>
      `${String(seq).padStart(6)}  ${time}  ${body.type.padEnd(20)} ${body.subject}  by ${body.actor}${erasedBy === undefined ? '' : `  erased (attested by seq ${erasedBy})`}`,
  )
  if (page.nextSeq !== null) lines.push(`more: seaworthy ledger list --from ${page.nextSeq}`)
  return {
    exit: EXIT.ok,
    data: page,
    text: lines.map(harmlessLine).join('\n') || 'The log is empty.',
  }
}

export async function runLedgerVerify(
  context: CommandContext,
  _args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const file = options['sinceCheckpoint']
  const checkpoint =
    typeof file === 'string'
      ? utf8Text(await context.files.read(file, CHECKPOINT_LIMIT_BYTES))
      : undefined
  const limit =
    options['limit'] === undefined ? undefined : wholeNumber(options['limit'], '--limit')
  const verdict = await context.client.call<LogVerdict>('POST', '/v1/ledger/verify', {
    limit,
    checkpoint,
  })
  return presentVerdict(verdict)
}

export async function runLedgerProve(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const seq = wholeNumber(args[0], 'the sequence number')
  const signed = await context.client.call<KeyedCheckpoint>('POST', '/v1/ledger/checkpoints', {})
  const { noteKey } = signed
  const cosigned = await cosign(context, options, signed)
  const path = `/v1/ledger/proofs/${seq}${options['bare'] === true ? '?bare=1' : ''}`
  const made = await context.client.call<{ tlogProof: string; checkpoint: string }>('GET', path)
  if (cosigned !== undefined && made.checkpoint !== signed.note)
    throw ledgerFault(
      'LEDGER_ENTRY_UNKNOWN',
      'expected the checkpoint that was cosigned to be the last one still',
    )
  const note = cosigned?.note ?? made.checkpoint
  const tlogProof = made.tlogProof.replace(made.checkpoint, () => note)
  const proof = { ...made, checkpoint: note, tlogProof }
  const outcome = await writeText(context, options, proof.tlogProof, { ...proof, noteKey })
  if (typeof options['out'] !== 'string') return outcome
  const next = `seaworthy verify ${shellWordOf(outcome.text)} --trust ${shellWordOf(noteKey)}`
  return { ...outcome, text: `${outcome.text}\nverify it anywhere: ${next}` }
}

export async function runLedgerCheckpoint(
  context: CommandContext,
  _args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const day = options['date']
  if (options['verify'] === true) return verifyDay(context, day)
  const path =
    typeof day === 'string'
      ? `/v1/ledger/days/${encodeURIComponent(day)}`
      : '/v1/ledger/checkpoints'
  const signed = await context.client.call<SignedCheckpoint>('POST', path, {})
  const cosigned = await cosign(context, options, signed)
  if (cosigned === undefined) return writeText(context, options, signed.note, signed)
  const { note, refusals } = cosigned
  const witnesses = cosigned.cosignatures.map(({ name, atSeconds }) => ({ name, atSeconds }))
  return writeText(context, options, note, { ...signed, note, witnesses, refusals })
}

interface KeyedCheckpoint extends SignedCheckpoint {
  readonly noteKey: string
}

/** With `--policy`: its witnesses are asked, and too few of them are a refusal. */
async function cosign(
  context: CommandContext,
  options: OptionValues,
  signed: SignedCheckpoint,
): Promise<Cosigned | undefined> {
  const file = options['policy']
  if (typeof file !== 'string') return undefined
  const { digest, fetch } = context.ports
  const text = utf8Text(await context.files.read(file, POLICY_LIMIT_CHARACTERS))
  const policy = parseWitnessPolicy(digest, text)
  if (!policy.ok) throw ledgerFault('LEDGER_ENTRY_REFUSED', `policy ${file}: ${policy.reason}`)
  const proveFrom = async (size: number): Promise<Uint8Array[]> => {
    const path = `/v1/ledger/consistency?from=${size}&to=${signed.size}`
    const { proof } = await context.client.call<{ proof: readonly string[] }>('GET', path)
    return proof.map(bytesOfBase64)
  }
  const { verifier } = context.ports
  return gatherCosignatures({ fetch, digest, verifier, proveFrom }, signed, policy.value)
}

/** Signs nothing: the whole log is held against the note the day was sealed with. */
async function verifyDay(context: CommandContext, day: unknown): Promise<CommandOutcome> {
  if (typeof day !== 'string')
    throw ledgerFault('LEDGER_ENTRY_REFUSED', 'expected --date with --verify, got none')
  const sealed = await context.client.call<SealedDay>(
    'GET',
    `/v1/ledger/days/${encodeURIComponent(day)}`,
  )
  const verdict = await context.client.call<LogVerdict>('POST', '/v1/ledger/verify', {
    checkpoint: sealed.note,
  })
  const { exit, text } = presentVerdict(verdict)
  const line = `day ${sealed.day}: ${sealed.size} entries, root ${sealed.root}`
  return { exit, data: { sealed, verdict }, text: `${harmlessLine(line)}\n${text}` }
}

function presentVerdict(verdict: LogVerdict): CommandOutcome {
  const { checked } = verdict
  const lines = [
    verdict.ok ? `verified: ${verdict.scope}` : `DAMAGED: ${verdict.reason}`,
    verdict.ok ? '' : `first bad entry: ${verdict.firstBadSeq ?? 'not one entry alone'}`,
    ...(verdict.earlier ?? []).map(earlierLine),
    `checked: ${checked.entries} entries, ${checked.payloads} payloads, ${checked.erased} erased (attested), ${checked.tiles} tiles, ${checked.roots} roots`,
    `genesis: ${verdict.genesis ?? 'none'}`,
    `latest:  ${verdict.latest ?? 'none'}`,
    `root:    ${verdict.root ?? 'not computed'}`,
  ]
  return {
    exit: verdict.ok ? EXIT.ok : EXIT.invalid,
    data: verdict,
    text: harmlessText(lines.filter((line) => line !== '').join('\n')),
  }
}

/** Where a log ended and another goes on, in one line. */
function earlierLine({
  epoch,
  origin,
  size,
  ok,
  reason,
  lost,
  next,
  restoredBy,
  isKnown,
  erasures,
}: EarlierEpoch): string {
  const state = ok ? 'verified' : `DAMAGED: ${reason ?? 'unknown'}`
  const gone =
    lost === null ? '' : `, entries ${lost.from} to ${lost.until - 1} were signed and are lost`
  const goesOn =
    next === null
      ? ''
      : `; ${next} goes on, by ${restoredBy ?? 'nobody'}${isKnown ? '' : ', which this guard was not told of'}`
  return `epoch ${epoch}: ${origin}, ${size} entries, ${state}${gone}${goesOn}; ${erasuresLine(erasures)}`
}

function erasuresLine(erasures: EarlierEpoch['erasures']): string {
  if (erasures === null) return 'erasures that were lost with it are not known'
  const { registerSince, isCovered, payloads } = erasures
  const again = `${payloads} payloads erased again`
  return isCovered
    ? `${again}, from the register since ${registerSince}`
    : `${again}; erasures before ${registerSince} that were lost with it are not known: the register begins there`
}

async function writeText(
  context: CommandContext,
  options: OptionValues,
  text: string,
  data: unknown,
): Promise<CommandOutcome> {
  if (typeof options['out'] !== 'string') return { exit: EXIT.ok, data, text }
  const path = context.files.resolve(options['out'])
  await context.files.write(path, utf8Bytes(text))
  return { exit: EXIT.ok, data: { ...(data as object), paths: { out: path } }, text: path }
}

function wholeNumber(value: unknown, what: string): number {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN
  if (Number.isSafeInteger(number)) return number
  throw ledgerFault(
    'LEDGER_ENTRY_REFUSED',
    `expected a whole number for ${what}, got ${JSON.stringify(value)}`,
  )
}
