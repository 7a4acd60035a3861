// Renders what people read of a release: the filled checklist and the reports, from stored facts alone.
import { SeaworthyError, utf8Bytes } from '../kernel/index.ts'
import type { ContentDigest } from '../kernel/index.ts'
import { fillChecklist } from '../gates/index.ts'
import { sealStatement } from '../proof/index.ts'
import {
  composeExport,
  composeReport,
  renderReportHtml,
  renderReportMarkdown,
  resultsAt,
} from '../report/index.ts'
import type { ExportFormat, ReportFacts, ReportKind } from '../report/index.ts'
import { countSignOffs } from '../verdict/index.ts'
import type { SignOff } from '../verdict/index.ts'
import type { ReleaseContext } from './context.ts'
import { releaseFault } from './errors.ts'
import { addHistory, readReportedState } from './report-facts.ts'
import { gatherRelease } from './review.ts'
import type { GatheredRelease } from './review.ts'
import type { ReleaseKey } from './store.ts'

/** Where a release was looked at, and where it is when nobody names an environment. */
export interface ShownWhere {
  readonly environment: string
  readonly ownEnvironment: string
}

export interface RenderedReport extends ShownWhere {
  readonly markdown: Uint8Array
  readonly html: Uint8Array
  /** False when it shows a verdict that nobody has recorded yet. */
  readonly isDecided: boolean
}

export interface ReleaseDocuments extends ShownWhere {
  /** The checklist as it was imported; absent when the plan was not made from one that is stored. */
  readonly original?: Uint8Array
  readonly filled?: Uint8Array
  readonly reportMarkdown: Uint8Array
  readonly reportHtml: Uint8Array
  /** False when the report shows a verdict that nobody has recorded yet. */
  readonly isDecided: boolean
}

/**
 * The newest decision in a format of other tools; attestations are DSSE envelopes signed by the control plane.
 * @throws RELEASE_DECISION_MISSING: what nobody decided is not exported
 */
export async function exportRelease(
  context: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
  format: ExportFormat,
): Promise<Uint8Array> {
  const { digest, signer } = context.ports
  const state = await readDecidedState(context, tenantId, release)
  const exported = composeExport(digest, format, state, context.controlPlane.keyId)
  if (exported.kind === 'file') return exported.bytes
  return (await sealStatement(digest, signer, exported.statement)).bytes
}

/** What the newest decision rests on. @throws RELEASE_DECISION_MISSING */
export async function readDecidedState(
  context: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
): Promise<ReportFacts & { readonly statement: ContentDigest }> {
  const gathered = await gatherRelease(context, tenantId, release)
  const state = await readReportedState(context, tenantId, release, gathered)
  const { statement } = state
  if (statement !== undefined) return { ...state, statement }
  throw releaseFault(
    'RELEASE_DECISION_MISSING',
    `expected a decision about the newest run of ${state.release}, found none`,
  )
}

/** One report of the kind, with the release's history. */
export async function renderReport(
  context: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
  kind: ReportKind,
): Promise<RenderedReport> {
  const gathered = await gatherRelease(context, tenantId, release)
  const state = await readReportedState(context, tenantId, release, gathered)
  const facts = await addHistory(context, tenantId, release, state)
  return { ...renderFacts(context, kind, facts), ...shownWhere(gathered) }
}

export async function renderDocuments(
  context: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
): Promise<ReleaseDocuments> {
  const gathered = await gatherRelease(context, tenantId, release)
  const state = await readReportedState(context, tenantId, release, gathered)
  return { ...(await renderState(context, tenantId, state)), ...shownWhere(gathered) }
}

/** The documents of one state of a release, whatever became of the release since. */
export async function renderState(
  context: ReleaseContext,
  tenantId: string,
  state: ReportFacts,
): Promise<Omit<ReleaseDocuments, keyof ShownWhere>> {
  const report = renderFacts(context, 'decision', state)
  const original = await readOriginal(context, tenantId, state)
  return {
    ...(original === undefined ? {} : { original, filled: fillFrom(context, state, original) }),
    reportMarkdown: report.markdown,
    reportHtml: report.html,
    isDecided: report.isDecided,
  }
}

function shownWhere({ view }: GatheredRelease): ShownWhere {
  const { environment, own } = view.environments
  return { environment, ownEnvironment: own }
}

function renderFacts(
  context: ReleaseContext,
  kind: ReportKind,
  facts: ReportFacts,
): Omit<RenderedReport, keyof ShownWhere> {
  const { digest } = context.ports
  const page = composeReport(digest, kind, facts)
  return {
    markdown: utf8Bytes(renderReportMarkdown(page)),
    html: utf8Bytes(renderReportHtml(digest, page)),
    isDecided: facts.statement !== undefined,
  }
}

function fillFrom(context: ReleaseContext, state: ReportFacts, original: Uint8Array): Uint8Array {
  const { digest } = context.ports
  return fillChecklist(digest, original, {
    plan: state.plan,
    results: resultsAt(digest, state),
    signOffs: countedSignOffs(state),
    names: state.names,
  })
}

/** Approvals that count and, behind them, rejections that stand: a row of a checklist has room for the last word alone. */
function countedSignOffs({ plan, inputs, verdict }: ReportFacts): readonly SignOff[] {
  if (verdict.value === 'INVALID') return []
  const { ignored, rejections } = countSignOffs(plan, inputs, verdict.reviewHash)
  const left = new Set(ignored.map(({ signOff }) => signOff.statement))
  const approvals = inputs.signOffs.filter(
    ({ decision, statement }) => decision === 'APPROVE' && !left.has(statement),
  )
  return [...approvals, ...rejections]
}

async function readOriginal(
  context: ReleaseContext,
  tenantId: string,
  { plan }: ReportFacts,
): Promise<Uint8Array | undefined> {
  try {
    return await context.ports.evidence.read(tenantId, plan.source.sha256)
  } catch (error) {
    // A plan file may come without the checklist it was made from; then there is nothing to fill.
    if (error instanceof SeaworthyError && error.code === 'EVIDENCE_OBJECT_MISSING')
      return undefined
    throw error
  }
}
