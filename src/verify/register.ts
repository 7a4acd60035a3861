// Makes the register again from the changes that people signed, and compares it with what the decision used.
import { canonicalize } from '../kernel/index.ts'
import { statementPath } from '../proof/index.ts'
import { foldRegister, parseChange, termsOf } from '../register/index.ts'
import type { RegisterAct, RegisterTerms } from '../register/index.ts'
import { CLOCK_SKEW_LIMIT_MS } from './attempts.ts'
import type { BundleContents } from './contents.ts'
import { quoteName } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import type { LedgerPart, ProvenEntry } from './ledger-part.ts'
import type { ProvenStatement } from './statements.ts'
import { checkWaived } from './waived.ts'

const INPUTS_PATH = 'decision-inputs.json'

/** The policy of decisions that were taken before there was a register. */
const EARLIER_POLICY = { nonWaivable: [], goLifetimeMs: 86_400_000, minimumErrorBudget: 0 }

/** Every change must be signed, recorded in order and allowed; together they must give what was decided on. */
export function inspectRegister(
  inspection: Inspection,
  contents: BundleContents,
  ledger: LedgerPart,
  statements: readonly ProvenStatement[],
): void {
  const recorded = actsOf(inspection, contents, statements)
  const { register, refused } = foldRegister(recorded.map(({ act }) => act))
  for (const { act, why } of refused)
    inspection.find(
      'VERIFY_REGISTER_DIFFERS',
      `the register took a change that its rules refuse: ${why}`,
      statementPath(act.statement),
    )
  checkComplete(inspection, contents, ledger, recorded)
  checkClosures(inspection, recorded, statements)
  const { size } = contents.inputs.checkpoint
  const uses = countUses(inspection, contents, ledger, ({ seq }) => seq < size)
  checkWaived(inspection, contents, ledger, recorded, (notice, atMs) =>
    countUses(inspection, contents, ledger, ({ seq, timeMs }) => seq < notice.seq && timeMs < atMs),
  )
  compareTerms(
    inspection,
    contents,
    recorded.length,
    termsOf(register, contents.inputs.subject, uses),
  )
}

interface RecordedAct {
  readonly act: RegisterAct
  readonly entry: ProvenEntry
}

function actsOf(
  inspection: Inspection,
  contents: BundleContents,
  statements: readonly ProvenStatement[],
): readonly RecordedAct[] {
  const out: RecordedAct[] = []
  let lateCount = 0
  for (const statement of statements) {
    const act = actOf(inspection, statement)
    if (act === undefined) continue
    const { entry } = statement
    if (Math.abs(act.atMs - entry.timeMs) > 2 * CLOCK_SKEW_LIMIT_MS) {
      inspection.find(
        'VERIFY_TIME_IMPOSSIBLE',
        `the change is dated ${new Date(act.atMs).toISOString()}, far from when the ledger recorded it`,
        statementPath(statement.id),
      )
    }
    if (entry.seq < contents.inputs.checkpoint.size) out.push({ act, entry })
    else lateCount++
  }
  if (lateCount > 0)
    inspection.leaveOpen(
      `${lateCount} changes of the register were recorded after the decision and are no part of it.`,
    )
  inspection.checked.changes = out.length
  return out.toSorted((a, b) => a.entry.seq - b.entry.seq)
}

function actOf(inspection: Inspection, statement: ProvenStatement): RegisterAct | undefined {
  const by = {
    statement: statement.id,
    person: statement.key.person ?? statement.key.principal,
    roles: statement.key.roles,
  }
  if (statement.kind === 'waiver') {
    const { predicate } = statement
    const atMs = Date.parse(predicate.at)
    return { ...by, atMs, change: { kind: 'waiver.requested', ...predicate } }
  }
  if (statement.kind !== 'approval' || statement.predicate.what !== 'change') return undefined
  const change = parseChange(statement.predicate.change)
  if (change.ok) return { ...by, atMs: Date.parse(statement.predicate.at), change: change.value }
  inspection.find('VERIFY_STATEMENT_MALFORMED', change.reason, statementPath(statement.id))
  return undefined
}

// Each entry says which change of the register it is, and the decision how many there were: none can be left out.
function checkComplete(
  inspection: Inspection,
  contents: BundleContents,
  ledger: LedgerPart,
  recorded: readonly RecordedAct[],
): void {
  for (const [index, { entry }] of recorded.entries()) {
    const position = memberOf(entry.payload, 'position')
    if (position === undefined || position === index + 1) continue
    inspection.find(
      'VERIFY_REGISTER_DIFFERS',
      `expected change ${index + 1} of the register at entry ${entry.seq}, got change ${canonicalize(position)}: one is left out or moved`,
      'entries.json',
    )
    return
  }
  const decided = ledger.entries.find(
    ({ body }) => body.type === 'release.decided' && body.refs.includes(contents.inputsDigest),
  )
  const count = memberOf(decided?.payload, 'changes')
  if (count !== undefined && count !== recorded.length)
    inspection.find(
      'VERIFY_REGISTER_DIFFERS',
      `the decision rests on ${canonicalize(count)} changes of the register, the bundle shows ${recorded.length}`,
      'entries.json',
    )
}

/** A risk that closed by evidence: where the bundle has that gate run, it must be of the gate and satisfied. */
function checkClosures(
  inspection: Inspection,
  recorded: readonly RecordedAct[],
  statements: readonly ProvenStatement[],
): void {
  for (const { act, entry } of recorded) {
    if (act.change.kind !== 'risk.closed' || act.change.evidence === undefined) continue
    const { gate, statement, version } = act.change.evidence
    const run = statements.find((each) => each.id === statement)
    if (run === undefined) {
      inspection.leaveOpen(
        `That ${quoteName(gate)} of ${quoteName(version)} closed the risk ${quoteName(act.change.id)}: that run is not in the bundle.`,
      )
      continue
    }
    const status = memberOf(run.entry.payload, 'status')
    const isOfGate = run.kind === 'gate-run' && run.predicate.gate === gate
    const isBefore = run.entry.seq < entry.seq
    if (isOfGate && isBefore && (status === undefined || status === 'PASS' || status === 'WARN'))
      continue
    inspection.find(
      'VERIFY_REGISTER_DIFFERS',
      `the risk ${quoteName(act.change.id)} was closed by evidence that does not show ${quoteName(gate)} satisfied`,
      statementPath(act.statement),
    )
  }
}

/** Earlier Go decisions that rested on each waiver, as the ledger says. */
function countUses(
  inspection: Inspection,
  contents: BundleContents,
  ledger: LedgerPart,
  isBefore: (entry: ProvenEntry) => boolean,
): ReadonlyMap<string, number> {
  const { subject } = contents.inputs
  const uses = new Map<string, number>()
  for (const entry of ledger.entries) {
    const { body, payload } = entry
    if (body.type !== 'release.decided' || !isBefore(entry)) continue
    if (body.subject !== `${subject.service}@${subject.version}`) continue
    if (payload === undefined)
      inspection.leaveOpen('How often waivers were used: an earlier decision is not disclosed.')
    const waivers = memberOf(payload, 'waivers')
    if (!Array.isArray(waivers)) continue
    for (const id of waivers) if (typeof id === 'string') uses.set(id, (uses.get(id) ?? 0) + 1)
  }
  return uses
}

const COMPARED = [
  'risks',
  'waivers',
  'conditions',
  'policy',
  'freeze',
  'errorBudget',
  'errorBudgetReading',
  'roster',
  'breakGlass',
] as const satisfies readonly (keyof RegisterTerms)[]

function compareTerms(
  inspection: Inspection,
  contents: BundleContents,
  changeCount: number,
  shown: RegisterTerms,
): void {
  const { inputs } = contents
  const isEarlier =
    changeCount === 0 && canonicalize(inputs.policy) === canonicalize(EARLIER_POLICY)
  if (isEarlier)
    inspection.leaveOpen(
      'That a rejection stands until it is withdrawn: the decision was taken under the rules before that.',
    )
  const wanted = isEarlier ? { ...shown, policy: EARLIER_POLICY } : shown
  for (const part of COMPARED) {
    if (canonicalize(wanted[part] ?? null) === canonicalize(inputs[part] ?? null)) continue
    inspection.find(
      'VERIFY_REGISTER_DIFFERS',
      `expected ${part} as people signed them, the decision used others`,
      INPUTS_PATH,
    )
  }
}

function memberOf(payload: unknown, name: string): unknown {
  if (typeof payload !== 'object' || payload === null || !Object.hasOwn(payload, name))
    return undefined
  return (payload as Readonly<Record<string, unknown>>)[name]
}
