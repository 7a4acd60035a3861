// What can be done with a release: open it, review it, sign it off, decide it, render its documents, seal its bundle.
import type { Principal } from '../kernel/index.ts'
import type { RegisteredPrincipal } from '../identity/index.ts'
import type { Register } from '../register/index.ts'
import type { Phase } from '../verdict/index.ts'
import type { ReleaseContext } from './context.ts'
import { decideRelease } from './decision.ts'
import type { KeepDecided } from './decision.ts'
import type { ExportFormat, ReportKind } from '../report/index.ts'
import { attestRelease } from './attested.ts'
import type { AttestedFormat, AttestedRelease } from './attested.ts'
import { exportRelease, renderDocuments, renderReport } from './documents.ts'
import type { ReleaseDocuments, RenderedReport } from './documents.ts'
import { releaseFault } from './errors.ts'
import { foreseeReleases } from './foresight.ts'
import type { Foreseen } from '../notification/index.ts'
import type { DecidedRelease, ReleaseReview } from './model.ts'
import { formatReleaseName } from '../gates/index.ts'
import { replayDecision } from './replay.ts'
import type { ReplayedDecision } from './replay.ts'
import { environmentOfEnvelope, readRegister, recordChange } from './register.ts'
import type { RecordedChange } from './register.ts'
import { reviewRelease } from './review.ts'
import { sealRelease } from './seal.ts'
import type { KeepSealed } from './seal.ts'
import type { SealedRelease } from './seal.ts'
import { environmentOfSignOff, recordSignOff } from './sign-off.ts'
import { insertRelease, selectAuthor } from './store.ts'
import type { ReleaseKey } from './store.ts'

export interface Releases {
  /** Opening again is no change. @throws RELEASE_AUTHOR_CHANGED, RELEASE_AUTHOR_UNKNOWN */
  open(tenantId: string, actor: string, release: ReleaseKey, author: string | null): Promise<void>
  review(tenantId: string, release: ReleaseKey, phase?: Phase): Promise<ReleaseReview>
  /** @throws RELEASE_SIGN_OFF_REFUSED, RELEASE_REVIEW_CHANGED */
  signOff(caller: Principal, envelope: Uint8Array): Promise<ReleaseReview>
  /** What environment the run of a sign-off looks at. @throws IDENTITY_STATEMENT_REFUSED, GATES_RUN_UNKNOWN */
  environmentOfSignOff(tenantId: string, envelope: Uint8Array): Promise<string>
  /** @param phase the last before canary when absent; without phases in the plan all gates count */
  decide(
    tenantId: string,
    release: ReleaseKey,
    phase?: Phase,
    keep?: KeepDecided,
  ): Promise<DecidedRelease>
  /** What of the newest releases will end soon, or is waited for. */
  foresee(tenantId: string): Promise<readonly Foreseen[]>
  /** @throws RELEASE_DECISION_MISSING */
  replay(tenantId: string, release: ReleaseKey): Promise<ReplayedDecision>
  register(tenantId: string, service: string): Promise<Register>
  /** @throws RELEASE_CHANGE_REFUSED */
  change(
    caller: Principal,
    kind: 'approval' | 'waiver',
    envelope: Uint8Array,
  ): Promise<RecordedChange>
  /** What environment a signed change is about; null for one that is about all. @throws IDENTITY_STATEMENT_REFUSED, RELEASE_CHANGE_REFUSED */
  environmentOfChange(
    tenantId: string,
    kind: 'approval' | 'waiver',
    envelope: Uint8Array,
  ): Promise<string | null>
  /** @throws RELEASE_DECISION_MISSING */
  documents(tenantId: string, release: ReleaseKey): Promise<ReleaseDocuments>
  /** One report of the kind, decided or provisional. */
  report(tenantId: string, release: ReleaseKey, kind: ReportKind): Promise<RenderedReport>
  /** @throws RELEASE_DECISION_MISSING */
  export(tenantId: string, release: ReleaseKey, format: ExportFormat): Promise<Uint8Array>
  /** @throws RELEASE_DECISION_MISSING */
  attest(tenantId: string, release: ReleaseKey, format: AttestedFormat): Promise<AttestedRelease>
  /** @param secondRun id of a run after the deploy, whose results go in beside those decided on */
  seal(
    tenantId: string,
    release: ReleaseKey,
    secondRun?: string,
    keep?: KeepSealed,
  ): Promise<SealedRelease>
}

export function makeReleases(context: ReleaseContext): Releases {
  const { sql, clock, ledger } = context.ports
  return {
    async open(tenantId, actor, release, author) {
      const known = author === null ? undefined : await findPerson(context, tenantId, author)
      await sql.transaction({ tenantId }, async (tx) => {
        const at = new Date(clock.nowMs()).toISOString()
        if (!(await insertRelease(tx, tenantId, { ...release, author }, at))) {
          const before = await selectAuthor(tx, tenantId, release)
          if (author === null || before === author) return
          throw releaseFault(
            'RELEASE_AUTHOR_CHANGED',
            `expected the author ${before ?? '(none)'}, got ${author}`,
          )
        }
        // Only a registered person is tied to the keys they register later: those may not sign off either.
        if (author !== null && known === undefined)
          throw releaseFault(
            'RELEASE_AUTHOR_UNKNOWN',
            `expected a registered person as the author, got ${JSON.stringify(author)}`,
          )
        await ledger.appendInTx(tx, tenantId, [
          {
            type: 'release.opened',
            actor,
            subject: formatReleaseName(release),
            payload: {
              author,
              ...(known === undefined ? {} : { authorPerson: known.person }),
              ...release,
            },
            refs: [],
          },
        ])
      })
    },
    review: (tenantId, release, phase) => reviewRelease(context, tenantId, release, phase),
    signOff: (caller, envelope) => recordSignOff(context, caller, envelope),
    environmentOfSignOff: (tenantId, envelope) => environmentOfSignOff(context, tenantId, envelope),
    decide: (tenantId, release, phase, keep) =>
      decideRelease(context, tenantId, release, phase, keep),
    foresee: (tenantId) => foreseeReleases(context, tenantId),
    replay: (tenantId, release) => replayDecision(context, tenantId, release),
    register: (tenantId, service) => readRegister(context, tenantId, service),
    change: (caller, kind, envelope) => recordChange(context, caller, kind, envelope),
    environmentOfChange: (tenantId, kind, envelope) =>
      environmentOfEnvelope(context, tenantId, kind, envelope),
    documents: (tenantId, release) => renderDocuments(context, tenantId, release),
    report: (tenantId, release, kind) => renderReport(context, tenantId, release, kind),
    export: (tenantId, release, format) => exportRelease(context, tenantId, release, format),
    attest: (tenantId, release, format) => attestRelease(context, tenantId, release, format),
    seal: (tenantId, release, secondRun, keep) =>
      sealRelease(context, tenantId, release, secondRun, keep),
  }
}

async function findPerson(
  context: ReleaseContext,
  tenantId: string,
  id: string,
): Promise<RegisteredPrincipal | undefined> {
  const people = await context.ports.identity.list(tenantId)
  return people.find((each) => each.id === id && each.kind === 'person')
}
