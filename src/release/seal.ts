// Seals everything needed to verify the newest decision offline into one bundle, and writes the trust file beside it.
import { canonicalBytes, utf8Bytes, utf8Text } from '../kernel/index.ts'
import type { ContentDigest, SqlTx } from '../kernel/index.ts'
import {
  describeBundle,
  evidencePath,
  formatTrust,
  formatTrustedRoot,
  packBundle,
  statementPath,
} from '../proof/index.ts'
import type { BundleFile, KeyBeginnings, KeyUse, Trust } from '../proof/index.ts'
import type { RegisteredPrincipal } from '../identity/index.ts'
import type { LedgerEntry } from '../ledger/index.ts'
import { parseDecisionInputs, policyOf } from '../verdict/index.ts'
import type { DecisionInputs, GateResult, Plan } from '../verdict/index.ts'
import { collectClosings } from './closing-evidence.ts'
import { readLatestDecision } from './latest-decision.ts'
import { renderState } from './documents.ts'
import type { ShownWhere } from './documents.ts'
import { listEntries } from './entries.ts'
import { releaseFault } from './errors.ts'
import { formatReleaseName } from '../gates/index.ts'
import type { ReleaseContext } from './context.ts'
import { readStateOfDecision } from './report-facts.ts'
import { collectLedger } from './sealed-ledger.ts'
import { assertUnmoved, collectSecondSet } from './second-set.ts'
import type { ReleaseKey, StoredDecision } from './store.ts'

export interface SealedRelease extends ShownWhere {
  readonly release: ReleaseKey
  /** Where the bundle lies in the evidence store. */
  readonly bundle: ContentDigest
  readonly sizeBytes: number
  readonly trust: Uint8Array
}

/** Keeps the answer of whoever asked, in the transaction that tells of the bundle. */
export type KeepSealed = (tx: SqlTx, sealed: SealedRelease) => Promise<void>

export async function sealRelease(
  context: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
  secondRun?: string,
  keep?: KeepSealed,
): Promise<SealedRelease> {
  const { sql, clock, digest, ledger, evidence, signer } = context.ports
  const decision = await requireDecision(context, tenantId, release)
  const inputsBytes = await evidence.read(tenantId, decision.inputsDigest)
  const inputs = parseDecisionInputs(JSON.parse(utf8Text(inputsBytes)))
  const planBytes = await evidence.read(tenantId, inputs.plan)
  const plan = JSON.parse(utf8Text(planBytes)) as Plan
  const second = await collectSecondSet(context, tenantId, plan, inputs, secondRun)
  const { trust: keys, since } = await collectTrust(context, tenantId)
  const trust = formatTrust(keys)
  await appendClosingLine(context, tenantId, release)
  const signed = await ledger.checkpoint(tenantId)
  const checkpoint = (await context.ports.cosign?.(tenantId, signed)) ?? signed
  await assertUnmoved(context, tenantId, secondRun, second.results)
  const { entries, closings } = await listShown(context, tenantId, release, inputs, checkpoint.size)
  const files: BundleFile[] = [
    { path: 'README.txt', bytes: utf8Bytes(describeBundle(release, context.controlPlane.keyId)) },
    { path: 'keys.json', bytes: trust },
    { path: 'trusted-root.json', bytes: formatTrustedRoot(keys, since) },
    { path: 'policy.json', bytes: canonicalBytes(policyOf(plan, inputs)) },
    { path: 'plan.json', bytes: planBytes },
    { path: 'decision-inputs.json', bytes: inputsBytes },
    ...(await collectStatements(context, tenantId, entries)),
    ...second.files,
    ...(await collectEvidence(context, tenantId, [...inputs.results, ...second.results], closings)),
    ...(await collectLedger(context, tenantId, checkpoint, entries, inputs)),
    ...(await collectDocuments(context, tenantId, decision)),
  ]
  const draft = {
    release: { service: release.service, version: release.version },
    createdAt: new Date(clock.nowMs()).toISOString(),
    gates: plan.gates.map((gate) => gate.id),
    files,
  }
  const bytes = await packBundle(digest, draft, signer)
  const bundle = await evidence.keepBytes(tenantId, bytes)
  const where = await findWhere(context, tenantId, release)
  const sealed = { release: draft.release, bundle, sizeBytes: bytes.length, trust, ...where }
  const fact = {
    type: 'bundle.sealed',
    actor: context.controlPlane.id,
    subject: formatReleaseName(release),
    payload: { decision: decision.statementId, sizeBytes: bytes.length },
    // Of which decision it is, so that a release in several environments has the bundle of each.
    refs: [bundle, decision.statementId],
  }
  await sql.transaction({ tenantId }, async (tx) => {
    await ledger.appendInTx(tx, tenantId, [fact])
    await keep?.(tx, sealed)
  })
  return sealed
}

async function requireDecision(
  context: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
): Promise<StoredDecision> {
  const decision = await readLatestDecision(context, tenantId, release)
  if (decision !== undefined) return decision
  throw releaseFault(
    'RELEASE_DECISION_MISSING',
    `expected a decision about ${formatReleaseName(release)}, found none`,
  )
}

async function findWhere(
  { runs }: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
): Promise<ShownWhere> {
  const { environment, own } = await runs.environmentsOf(tenantId, release)
  return { environment, ownEnvironment: own }
}

interface ShownEntries {
  readonly entries: readonly LedgerEntry[]
  /** Digests of the evidence that closed risks. */
  readonly closings: readonly ContentDigest[]
}

/** Every entry of the release, of its service's register, and of what closed a risk, up to the checkpoint. */
async function listShown(
  context: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
  inputs: DecisionInputs,
  size: number,
): Promise<ShownEntries> {
  // The register is the service's: what it says about this release has to be shown too.
  const register = await listEntries(context, tenantId, release.service, { size })
  const closings = await collectClosings(context, tenantId, inputs, register)
  const entries = [
    ...(await listEntries(context, tenantId, formatReleaseName(release), { size })),
    ...register,
    ...closings.entries,
  ]
  return { entries: entries.toSorted((a, b) => a.seq - b.seq), closings: closings.evidence }
}

async function collectTrust(
  context: ReleaseContext,
  tenantId: string,
): Promise<{ readonly trust: Trust; readonly since: KeyBeginnings }> {
  const people = await context.ports.identity.list(tenantId)
  const log = await context.ports.ledger.identify(tenantId)
  // A decision was taken, so its entry is in the log; without a log the database lost it.
  if (log === undefined)
    throw releaseFault(
      'RELEASE_DECISION_MISSING',
      'expected a ledger with the decision, found none',
    )
  const keys = people.map((principal) => ({
    keyId: principal.keyId,
    algorithm: 'ecdsa-p256-sha256' as const,
    spki: principal.publicKey,
    uses: usesOf(principal),
    principal: principal.id,
    ...(principal.person === principal.id ? {} : { person: principal.person }),
    roles: principal.roles,
    ...(principal.revokedAt === undefined ? {} : { revokedAt: principal.revokedAt }),
  }))
  const since = new Map(
    people.flatMap(({ keyId, registeredAt }) =>
      registeredAt === undefined ? [] : [[keyId, registeredAt] as const],
    ),
  )
  return { trust: { ledger: { origin: log.origin, vkey: log.noteKey }, keys }, since }
}

function usesOf(principal: RegisteredPrincipal): readonly KeyUse[] {
  switch (principal.kind) {
    case 'control-plane':
      return ['manifest', 'decision', 'gate-run']
    case 'runner':
      return ['gate-run']
    case 'person':
      return ['sign-off', 'gate-run', 'approval']
  }
}

/** Entries whose first reference is a signed statement. */
const STATEMENT_ENTRIES: ReadonlySet<string> = new Set([
  'gate.recorded',
  'plan.reviewed',
  'register.changed',
  'release.decided',
  'sign-off.recorded',
  'waiver.requested',
])

// Every statement the ledger records of this release, those of earlier runs and decisions included: leaving one out
// would be seen, and that is the point.
async function collectStatements(
  context: ReleaseContext,
  tenantId: string,
  entries: readonly LedgerEntry[],
): Promise<BundleFile[]> {
  const ids = new Set(
    entries.flatMap(({ body }) => (STATEMENT_ENTRIES.has(body.type) ? body.refs.slice(0, 1) : [])),
  )
  return Promise.all(
    [...ids].map(async (id) => ({
      path: statementPath(id),
      bytes: await context.ports.evidence.read(tenantId, id),
    })),
  )
}

async function collectEvidence(
  context: ReleaseContext,
  tenantId: string,
  results: readonly GateResult[],
  further: readonly ContentDigest[],
): Promise<BundleFile[]> {
  const { digest, evidence, gzip } = context.ports
  const digests = new Set([
    ...results.flatMap((result) => result.evidence.map((ref) => ref.digest)),
    ...further,
  ])
  const files: BundleFile[] = []
  for (const sha256 of digests) {
    const content = await evidence.read(tenantId, sha256)
    const stored = await gzip(content)
    files.push({
      path: evidencePath(digest, stored),
      bytes: stored,
      content: { sizeBytes: content.length, sha256 },
    })
  }
  return files
}

// Of the decision that is sealed: a run that was started since has another plan, maybe, and no verdict yet.
async function collectDocuments(
  context: ReleaseContext,
  tenantId: string,
  decision: StoredDecision,
): Promise<BundleFile[]> {
  const state = await readStateOfDecision(context, tenantId, decision)
  const documents = await renderState(context, tenantId, state)
  return [
    { path: 'documents/report.html', bytes: documents.reportHtml },
    { path: 'documents/report.md', bytes: documents.reportMarkdown },
    ...(documents.original === undefined
      ? []
      : [{ path: 'documents/original.md', bytes: documents.original }]),
    ...(documents.filled === undefined
      ? []
      : [{ path: 'documents/filled.md', bytes: documents.filled }]),
  ]
}

// Each entry says how many of its subject came before it: these make the bundle show that nothing recorded until now about
// the release, or about its service, is left out of it.
async function appendClosingLine(
  context: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
): Promise<void> {
  const subjects = [formatReleaseName(release), release.service]
  const entries = subjects.map((subject) => ({
    type: 'bundle.begun',
    actor: context.controlPlane.id,
    subject,
    payload: { release: formatReleaseName(release) },
    refs: [],
  }))
  await context.ports.ledger.append(tenantId, entries)
}
