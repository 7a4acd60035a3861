// Whether each risk that counts as closed by evidence was closed by evidence that shows it, and that somebody else vouched for.
import { messageOf, parseStrictJson, utf8Text } from '../kernel/index.ts'
import { statementPath } from '../proof/index.ts'
import type { Change, RegisterAct } from '../register/index.ts'
import { isSatisfied, parsePlan } from '../verdict/index.ts'
import type { Plan, RunTerms } from '../verdict/index.ts'
import { payloadSays } from './attempts.ts'
import type { ProvenGateRun } from './attempts.ts'
import { inflateEvidence } from './contents.ts'
import type { BundleContents } from './contents.ts'
import { quoteName } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import type { LedgerPart, ProvenEntry } from './ledger-part.ts'
import { judgeAgain } from './results.ts'
import type { ProvenStatement } from './statements.ts'

/** A change of the register with the entry that records it. */
export interface RecordedAct {
  readonly act: RegisterAct
  readonly entry: ProvenEntry
}

interface Closing extends RecordedAct {
  readonly id: string
  readonly evidence: NonNullable<Extract<Change, { kind: 'risk.closed' }>['evidence']>
}

interface Shown {
  readonly contents: BundleContents
  readonly ledger: LedgerPart
  readonly recorded: readonly RecordedAct[]
  readonly statements: readonly ProvenStatement[]
}

/** The rules about who may close by what definition are the register's; here is whether the evidence is what it says. */
export async function inspectClosures(inspection: Inspection, shown: Shown): Promise<void> {
  for (const { act, entry } of shown.recorded) {
    const { change } = act
    if (change.kind !== 'risk.closed' || change.evidence === undefined) continue
    const closing = { act, entry, id: change.id, evidence: change.evidence }
    const run = shown.statements.find((each) => each.id === closing.evidence.statement)
    const isEarlier = closing.evidence.definition === undefined
    if (isEarlier)
      inspection.leaveOpen(
        `That somebody else vouched for what closed the risk ${quoteName(closing.id)}: it was closed under the rules before that; for a decision under later ones it is open.`,
      )
    if (run === undefined && isEarlier) {
      inspection.leaveOpen(
        `That ${quoteName(closing.evidence.gate)} of ${quoteName(closing.evidence.version)} closed the risk ${quoteName(closing.id)}: that run is not in the bundle.`,
      )
      continue
    }
    const fault = await findFault(inspection, shown, closing, run)
    if (fault === undefined) continue
    inspection.find(
      'VERIFY_REGISTER_DIFFERS',
      `the risk ${quoteName(closing.id)} was closed by evidence that does not show ${quoteName(closing.evidence.gate)} satisfied: ${fault}`,
      statementPath(act.statement),
    )
  }
}

/** What is wrong with the evidence, as the end of a sentence. */
async function findFault(
  inspection: Inspection,
  shown: Shown,
  closing: Closing,
  run: ProvenStatement | undefined,
): Promise<string | undefined> {
  const { evidence, entry } = closing
  if (run === undefined) return 'its run is not in the bundle'
  if (run.kind !== 'gate-run' || run.predicate.gate !== evidence.gate)
    return 'it is of another gate'
  if (run.entry.seq >= entry.seq) return 'it was recorded afterwards'
  if (evidence.definition === undefined) {
    const status = (run.entry.payload as { readonly status?: unknown } | undefined)?.status
    return status === undefined || status === 'PASS' || status === 'WARN'
      ? undefined
      : 'the ledger says otherwise'
  }
  return (
    findForeign(shown, closing, run) ??
    findUnreviewed(shown, closing, run) ??
    (await findUnsatisfied(inspection, shown, closing, run))
  )
}

function findForeign(shown: Shown, closing: Closing, run: ProvenGateRun): string | undefined {
  const { evidence, act, id } = closing
  const { service } = shown.contents.inputs.subject
  if (run.entry.body.subject !== `${service}@${evidence.version}`)
    return `the ledger records it of ${quoteName(run.entry.body.subject)}`
  if (run.predicate.definition !== evidence.definition) return 'it ran under another definition'
  if (personOf(run) === act.person) return 'who closed the risk answered the gate'
  const opening = shown.recorded.findLast(
    ({ act: each, entry }) =>
      entry.seq < closing.entry.seq &&
      (each.change.kind === 'risk.opened' || each.change.kind === 'risk.reopened') &&
      each.change.id === id,
  )
  const isLater =
    opening !== undefined &&
    opening.entry.seq < run.entry.seq &&
    Date.parse(run.predicate.finishedAt) > opening.act.atMs
  return isLater ? undefined : 'it was collected before the risk was opened'
}

function findUnreviewed(
  { statements }: Shown,
  { evidence, act, entry }: Closing,
  run: ProvenGateRun,
): string | undefined {
  if (evidence.review === undefined) return undefined
  const review = statements.find((each) => each.id === evidence.review)
  const isReview =
    review?.kind === 'approval' &&
    review.predicate.what === 'plan' &&
    review.predicate.digest === run.predicate.plan &&
    review.entry.seq < entry.seq &&
    personOf(review) !== act.person
  return isReview ? undefined : 'no review of its plan by somebody else is in the bundle'
}

async function findUnsatisfied(
  inspection: Inspection,
  shown: Shown,
  { act, evidence }: Closing,
  run: ProvenGateRun,
): Promise<string | undefined> {
  const plan = await planOf(inspection, shown.contents, run)
  const gate = plan?.gates.find((each) => each.id === evidence.gate)
  const terms = termsOfRun(shown.ledger, run)
  if (gate === undefined || terms === undefined) return 'what it ran on is not in the bundle'
  const judgement = await judgeAgain(inspection, shown.contents, { gate, run, terms })
  if (judgement === undefined) return 'it cannot be judged again'
  if (!isSatisfied(judgement.status) || judgement.status === 'NOT_APPLICABLE')
    return `it is ${judgement.status}`
  const ageMs = act.atMs - Date.parse(run.predicate.finishedAt)
  return gate.maxAgeMs !== undefined && ageMs > gate.maxAgeMs ? 'it was too old' : undefined
}

/** The plan under its digest: that of the decision, or one that lies among the evidence. */
async function planOf(
  inspection: Inspection,
  contents: BundleContents,
  run: ProvenGateRun,
): Promise<Plan | undefined> {
  if (run.predicate.plan === contents.planHash) return contents.plan
  const bytes = await inflateEvidence(inspection, contents, run.predicate.plan)
  if (bytes === undefined) return undefined
  try {
    return parsePlan(parseStrictJson(utf8Text(bytes)))
  } catch (thrown) {
    inspection.find('VERIFY_FILE_MALFORMED', `a plan among the evidence: ${messageOf(thrown)}`)
    return undefined
  }
}

/** Parameters and confirmed gates of the run, as the ledger has them before the attempt was recorded. */
function termsOfRun(ledger: LedgerPart, run: ProvenGateRun): RunTerms | undefined {
  const ofRun = ledger.entries.filter(
    ({ seq, payload }) =>
      seq < run.entry.seq &&
      payload !== undefined &&
      payloadSays(payload, { run: run.predicate.run }),
  )
  const started = ofRun.find(({ body }) => body.type === 'run.started')?.payload as
    | { readonly terms?: RunTerms }
    | undefined
  if (started?.terms === undefined) return undefined
  const confirmed = ofRun.flatMap(({ body, payload }) =>
    body.type === 'run.confirmed' ? (payload as { readonly gates: readonly string[] }).gates : [],
  )
  return { ...started.terms, confirmed: [...started.terms.confirmed, ...confirmed] }
}

function personOf({ key }: ProvenStatement): string {
  return key.person ?? key.principal
}
