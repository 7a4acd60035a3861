// Renders what people read of a release: the filled checklist and the report, from stored facts alone.
import { SeaworthyError, utf8Bytes, utf8Text } from '../kernel/index.ts'
import type { ContentDigest } from '../kernel/index.ts'
import { fillChecklist } from '../gates/index.ts'
import { decide, parseDecisionInputs } from '../verdict/index.ts'
import type { DecisionInputs } from '../verdict/index.ts'
import { readLatestDecision } from './latest-decision.ts'
import { composeReport } from './report.ts'
import { renderReportHtml } from './report-html.ts'
import { renderReportMarkdown } from './report-markdown.ts'
import { freezeInputs, gatherRelease, presentReview } from './review.ts'
import type { GatheredRelease } from './review.ts'
import type { ReleaseContext } from './context.ts'
import type { ReleaseKey } from './store.ts'

export interface ReleaseDocuments {
  /** The checklist as it was imported; absent when the plan was not made from one that is stored. */
  readonly original?: Uint8Array
  readonly filled?: Uint8Array
  readonly reportMarkdown: Uint8Array
  readonly reportHtml: Uint8Array
  /** False when the report shows a verdict that nobody has recorded yet. */
  readonly isDecided: boolean
}

export async function renderDocuments(
  context: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
): Promise<ReleaseDocuments> {
  const { digest } = context.ports
  const gathered = await gatherRelease(context, tenantId, release)
  const decided = await readDecision(context, tenantId, release, gathered)
  const inputs = decided?.inputs ?? (await provisionalInputs(context, tenantId, gathered))
  const verdict = decide(digest, gathered.view.plan, inputs)
  const people = await context.ports.identity.list(tenantId)
  const names = Object.fromEntries(people.map((person) => [person.id, person.displayName]))
  const review = {
    ...presentReview(context, gathered),
    results: inputs.results,
    signOffs: inputs.signOffs,
  }
  const page = composeReport({
    review,
    verdict,
    statement: decided?.statement,
    checkpoint: inputs.checkpoint,
    names,
  })
  // A signature over an earlier state does not count, so it does not stand in the checklist either.
  const counted = inputs.signOffs.filter((signOff) => signOff.reviewHash === verdict.reviewHash)
  const original = await readOriginal(context, tenantId, gathered)
  const filled =
    original === undefined
      ? undefined
      : fillChecklist(digest, original, {
          plan: review.plan,
          results: inputs.results,
          signOffs: counted,
          names,
        })
  return {
    ...(original === undefined ? {} : { original }),
    ...(filled === undefined ? {} : { filled }),
    reportMarkdown: utf8Bytes(renderReportMarkdown(page)),
    reportHtml: utf8Bytes(renderReportHtml(page)),
    isDecided: decided !== undefined,
  }
}

// Only a decision about this very run is shown; a newer run makes an older decision history.
async function readDecision(
  context: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
  gathered: GatheredRelease,
): Promise<{ readonly inputs: DecisionInputs; readonly statement: ContentDigest } | undefined> {
  const stored = await readLatestDecision(context, tenantId, release)
  if (stored === undefined || stored.runId !== gathered.view.run.runId) return undefined
  const bytes = await context.ports.evidence.read(tenantId, stored.inputsDigest)
  return { inputs: parseDecisionInputs(JSON.parse(utf8Text(bytes))), statement: stored.statementId }
}

async function provisionalInputs(
  context: ReleaseContext,
  tenantId: string,
  gathered: GatheredRelease,
): Promise<DecisionInputs> {
  const { origin, size, root } = await context.ports.ledger.checkpoint(tenantId)
  return freezeInputs(gathered, {
    asOfMs: context.ports.clock.nowMs(),
    checkpoint: { origin, size, root },
    integrity: { ok: true, findings: [] },
  })
}

async function readOriginal(
  context: ReleaseContext,
  tenantId: string,
  gathered: GatheredRelease,
): Promise<Uint8Array | undefined> {
  const digest = gathered.view.plan.source.sha256
  try {
    return await context.ports.evidence.read(tenantId, digest)
  } catch (error) {
    // A plan file may come without the checklist it was made from; then there is nothing to fill.
    if (error instanceof SeaworthyError && error.code === 'EVIDENCE_OBJECT_MISSING')
      return undefined
    throw error
  }
}
