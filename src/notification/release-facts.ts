// What the ledger holds of a release, as the slots of a template.
import { z } from 'zod'
import type { Ledger, LedgerEntry } from '../ledger/index.ts'
import { notificationFault } from './errors.ts'
import { USUAL_ENVIRONMENT } from './rule-events.ts'
import type { SlotNames, SlotValues } from './template.ts'

const PAGE_LIMIT_COUNT = 1_000
/** A release of more facts than this is told of by its last ones. */
const ENTRIES_LIMIT_COUNT = 20_000
const FAILED: readonly string[] = ['FAIL', 'ERROR', 'BLOCKED', 'INCONCLUSIVE', 'STALE']

export const RELEASE_SLOTS: SlotNames = {
  lines: [
    'release',
    'service',
    'version',
    'environment',
    'verdict',
    'decidedAt',
    'decisionHash',
    'run',
    'gateCount',
    'failedCount',
  ],
  lists: {
    gates: ['gate', 'status'],
    failedGates: ['gate', 'status'],
    signOffs: ['role', 'decision', 'at'],
  },
}

const recordSchema = z.record(z.string(), z.unknown())

interface Told {
  readonly type: string
  readonly at: string
  readonly payload: Readonly<Record<string, unknown>>
}

/** @throws NOTIFICATION_RELEASE_UNKNOWN when the ledger holds nothing of it */
export async function readReleaseSlots(
  ledger: Ledger,
  tenantId: string,
  release: string,
): Promise<SlotValues> {
  const told = await readTold(ledger, tenantId, release)
  if (!told.some(({ type }) => type.startsWith('release.') || type.startsWith('run.')))
    throw notificationFault(
      'NOTIFICATION_RELEASE_UNKNOWN',
      `expected a release of this ledger, such as harbour@2.1.0, got ${JSON.stringify(release.slice(0, 60))}`,
    )
  const at = release.lastIndexOf('@')
  const { environment, isHere } = ownEnvironment(told)
  const here = told.filter(isHere)
  const decided = here.findLast(({ type }) => type === 'release.decided')
  const started = here.findLast(({ type }) => type === 'run.started')
  const run = textOf(decided?.payload['run']) ?? textOf(started?.payload['run'])
  const gates = gatesOf(told, run)
  const failed = gates.filter(({ status }) => FAILED.includes(status))
  return {
    release,
    service: release.slice(0, at),
    version: release.slice(at + 1),
    environment,
    verdict: textOf(decided?.payload['verdict']),
    decidedAt: decided?.at ?? null,
    decisionHash: textOf(decided?.payload['decisionHash']),
    run,
    gateCount: String(gates.length),
    failedCount: String(failed.length),
    gates,
    failedGates: failed,
    signOffs: told
      .filter(({ type, payload }) => type === 'sign-off.recorded' && payload['run'] === run)
      .map(({ payload, at: when }) => ({
        role: textOf(payload['role']) ?? '',
        decision: textOf(payload['decision']) ?? '',
        at: when,
      })),
  }
}

/** A release is told of in its own environment: the usual one when it was run there, else the one of its first run. */
function ownEnvironment(told: readonly Told[]): {
  readonly environment: string | null
  readonly isHere: (fact: Told) => boolean
} {
  const byRun = new Map(
    told.flatMap(({ type, payload }) => {
      const subject = recordSchema.safeParse(payload['subject']).data
      const environment = textOf(subject?.['environment'])
      const run = textOf(payload['run'])
      return type !== 'run.started' || run === null || environment === null
        ? []
        : [[run, environment] as const]
    }),
  )
  const all = [...byRun.values()]
  const own = all.includes(USUAL_ENVIRONMENT) ? USUAL_ENVIRONMENT : all[0]
  return {
    environment: own ?? null,
    // What was erased, or names no run, is not known to be elsewhere.
    isHere: ({ payload }) => (byRun.get(textOf(payload['run']) ?? '') ?? own) === own,
  }
}

/** The last attempt of each gate of the run counts. */
function gatesOf(told: readonly Told[], run: string | null) {
  const statuses = new Map<string, string>()
  for (const { type, payload } of told) {
    const gate = textOf(payload['gate'])
    if (type === 'gate.recorded' && payload['run'] === run && gate !== null)
      statuses.set(gate, textOf(payload['status']) ?? '')
  }
  return [...statuses].map(([gate, status]) => ({ gate, status }))
}

async function readTold(
  ledger: Ledger,
  tenantId: string,
  release: string,
): Promise<readonly Told[]> {
  const entries: LedgerEntry[] = []
  let fromSeq: number | undefined = 0
  while (fromSeq !== undefined && entries.length < ENTRIES_LIMIT_COUNT) {
    const page: Awaited<ReturnType<Ledger['list']>> = await ledger.list(tenantId, {
      subject: release,
      fromSeq,
      limit: PAGE_LIMIT_COUNT,
    })
    entries.push(...page.entries)
    fromSeq = page.nextSeq
  }
  const told: Told[] = []
  for (const { seq, timeMs, body } of entries) {
    const payload = await ledger.payloadOf(tenantId, seq)
    // What was erased says nothing any more.
    const read = recordSchema.safeParse(payload?.value)
    told.push({
      type: body.type,
      at: new Date(timeMs).toISOString(),
      payload: read.success ? read.data : {},
    })
  }
  return told
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
