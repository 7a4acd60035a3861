// Which recorded attempt of a gate counts, and whether ledger and statement say the same about it.
import { canonicalize } from '../kernel/index.ts'
import type { ContentDigest } from '../kernel/index.ts'
import { statementPath } from '../proof/index.ts'
import { isSatisfied } from '../verdict/index.ts'
import { isCompleteBefore } from './completeness.ts'
import type { BundleContents } from './contents.ts'
import { quoteName } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import type { LedgerPart } from './ledger-part.ts'
import type { ProvenStatement } from './statements.ts'

/** Clocks of runner and ledger may differ by this much. Source: release semantics, section 4. */
export const CLOCK_SKEW_LIMIT_MS = 5 * 60 * 1000

/** A gate run that is signed and recorded. */
export type ProvenGateRun = Extract<ProvenStatement, { readonly kind: 'gate-run' }>

/** For each gate of the decided run the recorded attempt with the highest number, up to the decision's checkpoint. */
export function lastAttempts(
  inspection: Inspection,
  contents: BundleContents,
  statements: readonly ProvenStatement[],
): ReadonlyMap<string, ProvenGateRun> {
  const last = new Map<string, ProvenGateRun>()
  const seen = new Map<string, ContentDigest>()
  const { run, checkpoint } = contents.inputs
  for (const statement of statements) {
    if (statement.kind !== 'gate-run' || statement.predicate.run !== run) continue
    const { gate, attempt } = statement.predicate
    checkEntryAgrees(inspection, statement)
    if (statement.entry.seq >= checkpoint.size) {
      inspection.leaveOpen(
        `Attempt ${attempt} of ${quoteName(gate)} was recorded after the decision and is no part of it.`,
      )
      continue
    }
    const name = canonicalize([gate, attempt])
    if (seen.has(name)) {
      inspection.find(
        'VERIFY_ATTEMPT_REPEATED',
        `expected attempt ${attempt} of ${quoteName(gate)} once, got it again`,
        statementPath(statement.id),
      )
    }
    seen.set(name, statement.id)
    const known = last.get(gate)
    if (known === undefined || known.predicate.attempt < attempt) last.set(gate, statement)
  }
  return last
}

/** The entry must name the same evidence and, where it shows its payload, the same gate, attempt and run. */
function checkEntryAgrees(inspection: Inspection, statement: ProvenGateRun): void {
  const { entry, predicate, id } = statement
  const path = statementPath(id)
  const named = new Set<string>([id, ...predicate.evidence.map((ref) => ref.digest)])
  if (entry.body.refs.length !== named.size || !entry.body.refs.every((ref) => named.has(ref))) {
    inspection.find(
      'VERIFY_ENTRY_DIFFERS',
      `entry ${entry.seq} names other evidence than the statement`,
      path,
    )
  }
  if (
    !payloadSays(entry.payload, {
      run: predicate.run,
      gate: predicate.gate,
      attempt: predicate.attempt,
    })
  ) {
    inspection.find(
      'VERIFY_ENTRY_DIFFERS',
      `entry ${entry.seq} names another run, gate or attempt than the statement`,
      path,
    )
  }
  if (Date.parse(predicate.finishedAt) < Date.parse(predicate.startedAt)) {
    inspection.find(
      'VERIFY_TIME_IMPOSSIBLE',
      `expected an end after the start ${predicate.startedAt}, got ${predicate.finishedAt}`,
      path,
    )
  }
  if (Date.parse(predicate.finishedAt) > entry.timeMs + CLOCK_SKEW_LIMIT_MS) {
    inspection.find(
      'VERIFY_TIME_IMPOSSIBLE',
      `the gate ended at ${predicate.finishedAt}, after the ledger recorded it`,
      path,
    )
  }
}

/** True unless the payload is shown and says something else. */
export function payloadSays(
  payload: unknown,
  expected: Readonly<Record<string, unknown>>,
): boolean {
  if (payload === undefined) return true
  if (typeof payload !== 'object' || payload === null) return false
  const members = new Map(Object.entries(payload))
  return Object.entries(expected).every(([name, value]) => {
    const shown: unknown = members.get(name)
    return shown !== undefined && canonicalize(shown) === canonicalize(value)
  })
}

/** An attempt that began and was never recorded cannot be told from one that was left out, unless entries are counted. */
export function checkStarted(
  inspection: Inspection,
  contents: BundleContents,
  ledger: LedgerPart,
  last: ReadonlyMap<string, ProvenGateRun>,
): void {
  const { run, checkpoint } = contents.inputs
  const gates = new Set(contents.plan.gates.map((gate) => gate.id))
  const isComplete = ledger.isContiguous || isCompleteBefore(ledger.release, checkpoint.size)
  for (const { seq, body, payload } of ledger.entries) {
    if (body.type !== 'gate.intended' || seq >= checkpoint.size || payload === undefined) continue
    if (!payloadSays(payload, { run })) continue
    const { gate, attempt } = intentOf(payload)
    if (!gates.has(gate) || attempt <= (last.get(gate)?.predicate.attempt ?? 0)) continue
    const text = `attempt ${attempt} of ${quoteName(gate)} began (entry ${seq}) and no result of it is recorded`
    const result = contents.inputs.results.find((candidate) => candidate.gate === gate)
    // A crash explains it, unless a green result rests on an older attempt while entries may be left out.
    if (isComplete || result === undefined || !isSatisfied(result.status))
      inspection.leaveOpen(`How ${quoteName(gate)} ended: ${text}.`)
    else
      inspection.find(
        'VERIFY_ATTEMPT_UNRECORDED',
        `${text}, while positions of the ledger are left out`,
        'entries.json',
      )
  }
}

function intentOf(payload: unknown): { readonly gate: string; readonly attempt: number } {
  const { gate, attempt } = Object(payload) as Readonly<Record<string, unknown>>
  return {
    gate: typeof gate === 'string' ? gate : '',
    attempt: typeof attempt === 'number' ? attempt : 0,
  }
}
