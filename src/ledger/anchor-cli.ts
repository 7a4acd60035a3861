// The anchor command: what was kept outside the database is held against the log, and only then the newest checkpoint joins it.
import { bytesEqual, bytesOfBase64, EXIT, harmlessText } from '../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { openCheckpoint, parseNoteKey, verifyConsistency } from '../proof/index.ts'
import type { NoteKey } from '../proof/index.ts'
import { fileAnchor, gitAnchor, lockedAnchor } from './anchors.ts'
import type { Anchor } from './anchors.ts'
import { ledgerFault } from './errors.ts'
import type { LogVerdict, SignedCheckpoint } from './model.ts'

/** As long as many auditors look back. */
const DEFAULT_RETAIN_DAYS = 400
/** What Amazon's store takes at most: a hundred years. */
const RETAIN_LIMIT_DAYS = 36_500

interface KeyedCheckpoint extends SignedCheckpoint {
  readonly noteKey: string
}

interface Anchored {
  readonly kind: Anchor['kind']
  readonly target: string
  /** Kept checkpoints that the log was held against. */
  readonly checked: number
  /** What contradicts; then nothing is added. */
  readonly reason: string | null
  /** Where the newest checkpoint is; null when nothing was to be added. */
  readonly at: string | null
}

export async function runLedgerAnchor(
  context: CommandContext,
  _args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const { file, git, s3, verify } = options
  const locked = typeof s3 === 'string' ? await openLocked(context, s3, options) : undefined
  try {
    const anchors = [
      ...(typeof file === 'string' ? [fileAnchor(context, file)] : []),
      ...(typeof git === 'string' ? [gitAnchor(context, git)] : []),
      ...(locked === undefined ? [] : [locked]),
    ]
    if (anchors.length === 0)
      throw ledgerFault('LEDGER_ENTRY_REFUSED', 'expected --file, --git or --s3, got none')
    return await holdAndAddAll(context, anchors, verify === true)
  } finally {
    locked?.close()
  }
}

async function openLocked(
  context: CommandContext,
  bucket: string,
  { s3Endpoint, retainDays }: OptionValues,
): ReturnType<typeof lockedAnchor> {
  const days = Number(retainDays ?? DEFAULT_RETAIN_DAYS)
  if (!Number.isSafeInteger(days) || days < 1 || days > RETAIN_LIMIT_DAYS)
    throw ledgerFault(
      'LEDGER_ENTRY_REFUSED',
      `expected --retain-days from 1 to ${RETAIN_LIMIT_DAYS}, got ${String(retainDays)}`,
    )
  const endpoint = typeof s3Endpoint === 'string' ? s3Endpoint : undefined
  return lockedAnchor(context, { bucket, endpoint, retainDays: days })
}

async function holdAndAddAll(
  context: CommandContext,
  anchors: readonly Anchor[],
  isVerifying: boolean,
): Promise<CommandOutcome> {
  const signed = await context.client.call<KeyedCheckpoint>('POST', '/v1/ledger/checkpoints', {})
  const results: Anchored[] = []
  for (const anchor of anchors) results.push(await holdAndAdd(context, anchor, signed, isVerifying))
  const { origin, size, root } = signed
  const isWhole = results.every(({ reason }) => reason === null)
  const lines = results.map(({ kind, target, checked, reason, at }) =>
    reason === null
      ? `${kind} ${target}: ${checked} kept checkpoints fit${at === null ? '' : `, size ${size} is at ${at}`}`
      : `${kind} ${target}: CONTRADICTED: ${reason}`,
  )
  return {
    exit: isWhole ? EXIT.ok : EXIT.invalid,
    data: { origin, size, root, anchors: results },
    text: harmlessText(lines.join('\n')),
  }
}

async function holdAndAdd(
  context: CommandContext,
  anchor: Anchor,
  signed: KeyedCheckpoint,
  isVerifying: boolean,
): Promise<Anchored> {
  const { kind, target } = anchor
  const notes = await anchor.read(signed.origin)
  const reason = await findContradiction(context, notes, signed, isVerifying)
  const isKept = notes.some((note) => note.startsWith(`${signed.origin}\n${signed.size}\n`))
  const isAdded = reason === undefined && !isVerifying && !isKept
  const at = isAdded ? await anchor.add(signed) : null
  return { kind, target, checked: notes.length, reason: reason ?? null, at }
}

/** @param isDeep recompute the log from its entries instead of taking the server's proofs */
async function findContradiction(
  context: CommandContext,
  notes: readonly string[],
  signed: KeyedCheckpoint,
  isDeep: boolean,
): Promise<string | undefined> {
  const key = parseNoteKey(context.ports.digest, signed.noteKey)
  if (!key.ok) return key.reason
  let newest: { readonly size: number; readonly note: string } | undefined
  for (const note of notes) {
    const result = await holdNote(context, note, key.value, signed)
    if (typeof result === 'string') return result
    if (newest === undefined || newest.size < result.size) newest = { size: result.size, note }
  }
  if (!isDeep || newest === undefined) return undefined
  const body = { checkpoint: newest.note }
  const verdict = await context.client.call<LogVerdict>('POST', '/v1/ledger/verify', body)
  return verdict.ok ? undefined : verdict.reason
}

/** The note's size, or why it is not a beginning of what is signed now. */
async function holdNote(
  context: CommandContext,
  note: string,
  key: NoteKey,
  signed: KeyedCheckpoint,
): Promise<{ readonly size: number } | string> {
  const { digest, verifier } = context.ports
  const opened = await openCheckpoint(verifier, note, key)
  if (!opened.ok) return `a kept checkpoint is not of ${key.name}: ${opened.reason}`
  const { size, root } = opened.value
  if (size > signed.size) return `${size} entries were kept, the log has ${signed.size}`
  const path = `/v1/ledger/consistency?from=${size}&to=${signed.size}`
  const shown = await context.client.call<{ proof: readonly string[] }>('GET', path)
  const claim = {
    size1: size,
    root1: root,
    size2: signed.size,
    root2: bytesOfBase64(signed.root),
    proof: shown.proof.map(bytesOfBase64),
  }
  const fits =
    size === signed.size ? bytesEqual(root, claim.root2) : verifyConsistency(digest, claim)
  return fits ? { size } : `the first ${size} entries are others than those that were kept`
}
