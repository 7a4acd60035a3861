// What a bundle needs to show again that evidence closed the risks of a register: runs, plans, reviews, and their entries.
import type { ContentDigest } from '../kernel/index.ts'
import { formatReleaseName } from '../gates/index.ts'
import type { LedgerEntry } from '../ledger/index.ts'
import type { Change } from '../register/index.ts'
import type { DecisionInputs } from '../verdict/index.ts'
import type { ReleaseContext } from './context.ts'
import { listEntries } from './entries.ts'
import { selectActs } from './register-store.ts'

export interface ClosingBasis {
  /** Entries of other releases of the service; those of the sealed one are in the bundle anyway. */
  readonly entries: readonly LedgerEntry[]
  /** Contents by digest. */
  readonly evidence: readonly ContentDigest[]
}

/** @param size entries that the decision's ledger had; what closed later is no part of it */
export async function collectClosings(
  context: ReleaseContext,
  tenantId: string,
  inputs: DecisionInputs,
  recording: readonly LedgerEntry[],
): Promise<ClosingBasis> {
  const { service, version } = inputs.subject
  const { size } = inputs.checkpoint
  const decided = new Set(
    recording.flatMap(({ seq, body }) => (seq < size ? body.refs.slice(0, 1) : [])),
  )
  const acts = await context.ports.sql.transaction({ tenantId }, (tx) =>
    selectActs(tx, tenantId, service),
  )
  const entries = new Map<number, LedgerEntry>()
  const evidence = new Set<ContentDigest>()
  for (const { change, statement } of acts) {
    if (change.kind !== 'risk.closed' || !decided.has(statement)) continue
    const closing = change.evidence
    if (closing?.definition === undefined) continue
    const known = await listEntries(context, tenantId, formatReleaseName({ service, ...closing }))
    const basis = await basisOf(context, tenantId, known, closing)
    for (const digest of basis.evidence) evidence.add(digest)
    if (closing.version === version) continue
    for (const entry of basis.entries) entries.set(entry.seq, entry)
  }
  evidence.delete(inputs.plan)
  return { entries: [...entries.values()], evidence: [...evidence] }
}

async function basisOf(
  context: ReleaseContext,
  tenantId: string,
  entries: readonly LedgerEntry[],
  closing: NonNullable<Extract<Change, { kind: 'risk.closed' }>['evidence']>,
): Promise<ClosingBasis> {
  const recorded = entries.find(({ body }) => body.refs[0] === closing.statement)
  const reviewed = entries.find(({ body }) => body.refs[0] === closing.review)
  if (recorded === undefined) return { entries: [], evidence: [] }
  const runId = await runOf(context, tenantId, recorded)
  const ofRun: LedgerEntry[] = []
  for (const entry of entries) {
    if (entry.seq >= recorded.seq || !RUN_TERMS.has(entry.body.type)) continue
    if ((await runOf(context, tenantId, entry)) === runId) ofRun.push(entry)
  }
  return {
    entries: [...ofRun, recorded, ...(reviewed === undefined ? [] : [reviewed])],
    // The entry of a start or a confirmation names the plan that the run is of.
    evidence: [...recorded.body.refs.slice(1), ...ofRun.flatMap(({ body }) => body.refs)],
  }
}

/** Entries that say what a run was started on and which of its gates somebody confirmed. */
const RUN_TERMS: ReadonlySet<string> = new Set(['run.started', 'run.confirmed'])

async function runOf(
  context: ReleaseContext,
  tenantId: string,
  entry: LedgerEntry,
): Promise<unknown> {
  const payload = await context.ports.ledger.payloadOf(tenantId, entry.seq)
  return (payload?.value as { readonly run?: unknown } | undefined)?.run
}
