// Makes the register again from the changes that people signed, and compares it with what the decision used.
import { canonicalize } from '../kernel/index.ts'
import type { ContentDigest } from '../kernel/index.ts'
import { statementPath } from '../proof/index.ts'
import { isSecondEdition, reviewHashOf } from '../verdict/index.ts'
import { foldRegister, parseChange, termsOf } from '../register/index.ts'
import type { RegisterAct, RegisterTerms } from '../register/index.ts'
import { CLOCK_SKEW_LIMIT_MS } from './attempts.ts'
import { inspectClosures } from './closures.ts'
import type { RecordedAct } from './closures.ts'
import type { BundleContents } from './contents.ts'
import type { Inspection } from './inspection.ts'
import type { LedgerPart, ProvenEntry } from './ledger-part.ts'
import type { ProvenStatement } from './statements.ts'
import { checkWaived } from './waived.ts'

const INPUTS_PATH = 'decision-inputs.json'

/** The policy of decisions that were taken before there was a register. */
const EARLIER_POLICY = { nonWaivable: [], goLifetimeMs: 86_400_000, minimumErrorBudget: 0 }

/** Kinds of changes that came with the second edition of the rules. */
const LATER_KINDS: ReadonlySet<string> = new Set(['cab.recorded', 'controls.mapped'])

/** Every change must be signed, recorded in order and allowed; together they must give what was decided on. */
export async function inspectRegister(
  inspection: Inspection,
  contents: BundleContents,
  ledger: LedgerPart,
  statements: readonly ProvenStatement[],
): Promise<void> {
  const recorded = actsOf(inspection, contents, statements)
  const { register, refused } = foldRegister(recorded.map(({ act }) => act))
  for (const { act, why } of refused)
    inspection.find(
      'VERIFY_REGISTER_DIFFERS',
      `the register took a change that its rules refuse: ${why}`,
      statementPath(act.statement),
    )
  checkComplete(inspection, contents, ledger, recorded)
  checkEdition(inspection, contents, recorded)
  await inspectClosures(inspection, { contents, ledger, recorded, statements })
  const { size } = contents.inputs.checkpoint
  const own = reviewHashOf(inspection.ports.digest, contents.plan, contents.inputs)
  const shown = { contents, ledger, statements }
  const uses = countUses(inspection, shown, ({ seq }) => seq < size, own)
  checkWaived(inspection, contents, ledger, recorded, (notice, atMs) =>
    countUses(inspection, shown, ({ seq, timeMs }) => seq < notice.seq && timeMs < atMs),
  )
  compareTerms(
    inspection,
    contents,
    recorded.length,
    termsOf(register, contents.inputs.subject, uses, contents.inputs),
  )
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
    const { audience: _audience, ...request } = statement.predicate
    const atMs = Date.parse(request.at)
    return { ...by, atMs, change: { kind: 'waiver.requested', ...request } }
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
  if (decided !== undefined && decided.payload === undefined)
    inspection.leaveOpen(
      'That no change of the register before the decision is left out: how many there were is not disclosed.',
    )
  else if (count === undefined && isSecondEdition(contents.inputs))
    inspection.find(
      'VERIFY_REGISTER_DIFFERS',
      'expected the entry of the decision to say how many changes of the register it rests on, it does not',
      'entries.json',
    )
  if (count !== undefined && count !== recorded.length)
    inspection.find(
      'VERIFY_REGISTER_DIFFERS',
      `the decision rests on ${canonicalize(count)} changes of the register, the bundle shows ${recorded.length}`,
      'entries.json',
    )
}

// Else a decision passes for an old one, under which what the board decided did not count.
function checkEdition(
  inspection: Inspection,
  { inputs }: BundleContents,
  recorded: readonly RecordedAct[],
): void {
  const later = recorded.find(({ act }) => LATER_KINDS.has(act.change.kind))
  if (later === undefined || isSecondEdition(inputs)) return
  inspection.find(
    'VERIFY_REGISTER_DIFFERS',
    `expected the second edition of the rules, as the register has a ${later.act.change.kind}, which the first did not know`,
    INPUTS_PATH,
  )
}

/**
 * Earlier Go decisions that rested on each waiver, as the ledger says. In the second edition those over one review count
 * once, and those over `own` not at all.
 */
function countUses(
  inspection: Inspection,
  { contents, ledger, statements }: Shown,
  isBefore: (entry: ProvenEntry) => boolean,
  own?: ContentDigest,
): ReadonlyMap<string, number> {
  const { subject } = contents.inputs
  const isSecond = isSecondEdition(contents.inputs)
  const uses = new Map<string, Set<string>>()
  for (const entry of ledger.entries) {
    const { body, payload } = entry
    if (body.type !== 'release.decided' || !isBefore(entry)) continue
    if (body.subject !== `${subject.service}@${subject.version}`) continue
    if (payload === undefined)
      inspection.leaveOpen('How often waivers were used: an earlier decision is not disclosed.')
    const waivers = memberOf(payload, 'waivers')
    if (!Array.isArray(waivers)) continue
    const decision = statements.find((each) => body.refs.includes(each.id))
    const over = decision?.kind === 'decision' ? decision.predicate.reviewHash : undefined
    if (isSecond && over !== undefined && over === own) continue
    const use = isSecond && over !== undefined ? over : `entry ${entry.seq}`
    for (const id of waivers)
      if (typeof id === 'string') uses.set(id, new Set([...(uses.get(id) ?? []), use]))
  }
  return new Map([...uses].map(([id, each]) => [id, each.size]))
}

interface Shown {
  readonly contents: BundleContents
  readonly ledger: LedgerPart
  readonly statements: readonly ProvenStatement[]
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
  'cab',
  'launch',
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
