// Holds every log that a tenant has, or had, against what is remembered of it outside the database.
import { base64Of, SeaworthyError } from '../../kernel/index.ts'
import type { Digest, SqlTx } from '../../kernel/index.ts'
import { decodeFrontier, frontierRoot } from '../../proof/index.ts'
import { assertPrefix } from '../prefix.ts'
import { ledgerFault } from '../errors.ts'
import type { CheckpointGuard, GuardedLog, GuardedRestore, KnownRoot, NamedRoot } from '../model.ts'
import { selectEpochs } from './store.ts'
import type { EpochLog } from './store.ts'

export interface GuardedPorts {
  readonly digest: Digest
  readonly guard: CheckpointGuard | undefined
}

/** A log that is not what is known of it, and that no restore which the guard was told of accounts for. */
export interface GuardBreak {
  readonly origin: string
  /** Undefined for a log that goes on for others and of which the guard was never told. */
  readonly signed: KnownRoot | undefined
  /** Null when the database has no such log. */
  readonly stands: NamedRoot | null
  /** LEDGER_LOG_ROLLED_BACK, LEDGER_CHECKPOINT_FORKED */
  readonly fault: SeaworthyError
}

/** @throws LEDGER_LOG_ROLLED_BACK, LEDGER_CHECKPOINT_FORKED */
export async function assertGuarded(
  ports: GuardedPorts,
  tx: SqlTx,
  tenantId: string,
): Promise<void> {
  const [found] = await findBreaks(ports, tx, tenantId)
  if (found !== undefined) throw found.fault
}

/** Oldest log first; those that the database lacks come last. */
export async function findBreaks(
  { digest, guard }: GuardedPorts,
  tx: SqlTx,
  tenantId: string,
): Promise<readonly GuardBreak[]> {
  if (guard === undefined) return []
  // Before the logs: whatever is signed is committed already.
  const known = await guard.logsOf(tenantId)
  const logs = await selectEpochs(tx, tenantId)
  const ends = endsOf(known, logs)
  const has = new Set(logs.map(({ origin }) => origin))
  const lacking = known.flatMap(({ origin, signed }) =>
    signed === undefined || has.has(origin) || ends.get(origin) === null
      ? []
      : [{ origin, signed, stands: null, fault: lackOf(origin, signed) }],
  )
  const breaks: GuardBreak[] = []
  // A guard that was begun anew learns the newest log first: those before it were not put in behind its back.
  let isAnyKnown = lacking.length > 0
  for (const [at, log] of logs.entries()) {
    const own = known.find(({ origin }) => origin === log.origin)
    // Of versions that did not tell the guard whose log it is.
    const signed = own?.signed ?? (await guard.read(log.origin))
    const end = ends.get(log.origin)
    const isForeign = at > 0 && isAnyKnown && signed === undefined && own === undefined
    const next = logs[at + 1]?.origin
    const fault =
      end !== undefined && end !== null
        ? findOther(digest, log, end)
        : isForeign
          ? foreignOf(log)
          : signed === undefined || (await isUnknownEnd(guard, known, next))
            ? undefined
            : await findRollback(digest, tx, log, signed)
    isAnyKnown ||= signed !== undefined
    if (fault !== undefined)
      breaks.push({ origin: log.origin, signed, stands: standOf(digest, log), fault })
  }
  return [...breaks, ...lacking]
}

/** What the guard was told of the restore that began a log of this database. */
export function restoreOf(
  known: readonly GuardedLog[],
  origin: string | undefined,
): GuardedRestore | undefined {
  return known.find((each) => each.origin === origin)?.restored
}

/** How logs have to stand since they ended, by what the guard was told when each log of this database began; later word is better. */
function endsOf(
  known: readonly GuardedLog[],
  logs: readonly EpochLog[],
): ReadonlyMap<string, NamedRoot | null> {
  const told = logs.flatMap(({ origin }) => Object.entries(restoreOf(known, origin)?.stands ?? {}))
  return new Map(told)
}

/** Whether the next log signed something and no guard was told how it began: so it was in versions before. */
async function isUnknownEnd(
  guard: CheckpointGuard,
  known: readonly GuardedLog[],
  next: string | undefined,
): Promise<boolean> {
  if (next === undefined || restoreOf(known, next) !== undefined) return false
  return (await guard.read(next)) !== undefined
}

function findOther(digest: Digest, log: EpochLog, end: NamedRoot): SeaworthyError | undefined {
  const { size, root } = standOf(digest, log)
  if (size === end.size && root === end.root) return undefined
  return ledgerFault(
    'LEDGER_CHECKPOINT_FORKED',
    `expected ${log.origin} as it ended, with ${end.size} entries, got another log of ${size}`,
    { details: { origin: log.origin, endedSize: end.size, size } },
  )
}

function foreignOf({ origin, epoch, size }: EpochLog): SeaworthyError {
  return ledgerFault(
    'LEDGER_CHECKPOINT_FORKED',
    `expected a restore that the guard was told of before epoch ${epoch}, got ${origin} out of nowhere`,
    { details: { origin, size } },
  )
}

function lackOf(origin: string, { size: signedSize }: KnownRoot): SeaworthyError {
  return ledgerFault(
    'LEDGER_LOG_ROLLED_BACK',
    `expected ${origin}, of which ${signedSize} entries were signed, got no such log`,
    { details: { origin, signedSize, size: 0 } },
  )
}

async function findRollback(
  digest: Digest,
  tx: SqlTx,
  log: EpochLog,
  signed: KnownRoot,
): Promise<SeaworthyError | undefined> {
  const frontier = decodeFrontier(log.size, log.frontier)
  if (!frontier.ok)
    return ledgerFault(
      'LEDGER_CHECKPOINT_FORKED',
      `expected a head of ${log.origin}, got ${frontier.reason}`,
    )
  try {
    const head = { ...log, frontier: frontier.value }
    await assertPrefix({ digest }, tx, head, signed, 'the last checkpoint outside the database')
    return undefined
  } catch (error) {
    const isVerdict =
      error instanceof SeaworthyError &&
      ['LEDGER_LOG_ROLLED_BACK', 'LEDGER_CHECKPOINT_FORKED'].includes(error.code)
    if (!isVerdict) throw error
    return error
  }
}

/** Empty text for a head that cannot be read: no root is that. */
export function standOf(digest: Digest, log: Pick<EpochLog, 'size' | 'frontier'>): NamedRoot {
  const frontier = decodeFrontier(log.size, log.frontier)
  return { size: log.size, root: frontier.ok ? base64Of(frontierRoot(digest, frontier.value)) : '' }
}
