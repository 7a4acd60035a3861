// Takes a decision: freezes the inputs, verifies what they rest on, decides, signs, records.
import { canonicalBytes, canonicalize, messageOf, utf8Text } from '../kernel/index.ts'
import type { SqlTx } from '../kernel/index.ts'
import type { SignedCheckpoint } from '../ledger/index.ts'
import { buildStatement, PREDICATE_TYPES, sealStatement, subjectsOf } from '../proof/index.ts'
import { decide, locksOf, parseDecisionInputs } from '../verdict/index.ts'
import type { DecisionInputs, Phase, Verdict } from '../verdict/index.ts'
import { releaseFault } from './errors.ts'
import type { DecidedRelease } from './model.ts'
import { formatReleaseName } from '../gates/index.ts'
import { freezeInputs, gatherRelease, timezoneOf } from './review.ts'
import type { GatheredRelease } from './review.ts'
import type { ReleaseContext } from './context.ts'
import { findRegisterDamage } from './register.ts'
import { insertWaiverUse } from './register-store.ts'
import { insertDecision, selectDecisionOn } from './store.ts'
import type { ReleaseKey } from './store.ts'
import type { UsesByWaiver } from './waiver-uses.ts'

/** Decisions that race for the last use of a waiver look again this often. */
const DECIDE_LIMIT_COUNT = 5

/** Keeps the answer of whoever asked, in the transaction of the decision. */
export type KeepDecided = (tx: SqlTx, decided: DecidedRelease) => Promise<void>

/** @throws RELEASE_FACTS_MOVING when the facts, or the uses of a waiver, never rest */
export async function decideRelease(
  context: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
  phase?: Phase,
  keep?: KeepDecided,
): Promise<DecidedRelease> {
  for (let tries = 0; tries < DECIDE_LIMIT_COUNT; tries++) {
    const decided = await tryDecide(context, tenantId, release, phase, keep)
    if (decided !== undefined) return decided
  }
  throw releaseFault(
    'RELEASE_FACTS_MOVING',
    `expected the waivers of ${formatReleaseName(release)} to rest while it is decided, others used them ${DECIDE_LIMIT_COUNT} times`,
  )
}

/** Undefined when another decision used a waiver in between: then this one must count that use. */
async function tryDecide(
  context: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
  phase: Phase | undefined,
  keep: KeepDecided | undefined,
): Promise<DecidedRelease | undefined> {
  const { clock, digest, evidence, signer } = context.ports
  const { gathered, checkpoint } = await gatherAtCheckpoint(context, tenantId, release)
  const findings = await findDamage(context, tenantId, gathered)
  const inputs = freezeInputs(
    digest,
    gathered,
    {
      asOfMs: clock.nowMs(),
      checkpoint: { origin: checkpoint.origin, size: checkpoint.size, root: checkpoint.root },
      integrity: { ok: findings.length === 0, findings },
    },
    phase,
  )
  const bytes = canonicalBytes(inputs)
  // What no replay can read is not decided on: nobody could look into the verdict.
  parseDecisionInputs(JSON.parse(utf8Text(bytes)))
  const verdict = decide(digest, gathered.view.plan, inputs)
  const inputsDigest = await evidence.keepBytes(tenantId, bytes)
  const statement = buildStatement('decision', subjectsOf(inputs.subject), {
    release: formatReleaseName(release),
    run: inputs.run,
    plan: inputs.plan,
    inputs: inputsDigest,
    reviewHash: verdict.reviewHash,
    decisionHash: verdict.decisionHash,
    verdict: verdict.value,
    raw: verdict.raw,
    asOf: new Date(verdict.asOfMs).toISOString(),
    ...(verdict.expiresAtMs === undefined
      ? {}
      : { expiresAt: new Date(verdict.expiresAtMs).toISOString() }),
  })
  const sealed = await sealStatement(digest, signer, statement)
  await evidence.keep(tenantId, sealed.id, sealed.bytes)
  const { waiverUses, acts } = gathered
  const facts = { waiverUses, changeCount: acts.length }
  const decided = { inputs, verdict, statementId: sealed.id, inputsDigest, ...facts }
  const told = (statement: DecidedRelease['statement']): DecidedRelease => ({
    release: formatReleaseName(release),
    timezone: timezoneOf(gathered),
    runId: inputs.run,
    verdict,
    names: gathered.names,
    statement,
    inputs: inputsDigest,
    locks: locksOf(verdict, inputs.conditions),
  })
  const recorded = await recordDecision(context, tenantId, release, decided, (tx, statement) =>
    keep?.(tx, told(statement)),
  )
  return recorded === undefined ? undefined : told(recorded)
}

/** Facts that come in while a decision is being taken make it look again; a release that never rests is refused. */
const GATHER_LIMIT_COUNT = 5

// The checkpoint must cover exactly the facts that were gathered: what was recorded between the two would be missing
// from the inputs, and whoever verifies the bundle would rightly ask why.
async function gatherAtCheckpoint(
  context: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
): Promise<{ readonly gathered: GatheredRelease; readonly checkpoint: SignedCheckpoint }> {
  let gathered = await gatherRelease(context, tenantId, release)
  for (let tries = 0; tries < GATHER_LIMIT_COUNT; tries++) {
    const checkpoint = await context.ports.ledger.checkpoint(tenantId)
    const again = await gatherRelease(context, tenantId, release)
    if (canonicalize(again) === canonicalize(gathered)) return { gathered, checkpoint }
    gathered = again
  }
  throw releaseFault(
    'RELEASE_FACTS_MOVING',
    `expected ${formatReleaseName(release)} to rest while it is decided, it changed ${GATHER_LIMIT_COUNT} times`,
  )
}

async function recordDecision(
  context: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
  decided: {
    readonly inputs: DecisionInputs
    readonly verdict: Verdict
    readonly statementId: DecidedRelease['statement']
    readonly inputsDigest: DecidedRelease['inputs']
    /** Changes of the register that it rests on. */
    readonly changeCount: number
    readonly waiverUses: UsesByWaiver
  },
  keep: (tx: SqlTx, statement: DecidedRelease['statement']) => Promise<void> | undefined,
): Promise<DecidedRelease['statement'] | undefined> {
  const { sql, clock, evidence, ledger } = context.ports
  const { inputs, verdict, statementId, inputsDigest } = decided
  const at = new Date(clock.nowMs()).toISOString()
  const row = {
    id: statementId,
    predicateType: PREDICATE_TYPES.decision,
    keyId: context.controlPlane.keyId,
  }
  const work = async (tx: SqlTx): Promise<DecidedRelease['statement']> => {
    const stored = {
      statementId,
      runId: inputs.run,
      inputsDigest,
      verdict: verdict.value,
      decidedAtMs: verdict.asOfMs,
    }
    // Two decisions at the same instant over the same facts are one: signatures differ, what they say does not.
    if (!(await insertDecision(tx, tenantId, { ...stored, ...release }, at))) {
      const known = (await selectDecisionOn(tx, tenantId, inputsDigest))?.statementId ?? statementId
      await keep(tx, known)
      return known
    }
    await useWaivers(tx, tenantId, release, decided, at)
    await evidence.recordStatementInTx(tx, tenantId, row, at)
    await ledger.appendInTx(tx, tenantId, [
      {
        type: 'release.decided',
        actor: context.controlPlane.id,
        subject: formatReleaseName(release),
        payload: {
          changes: decided.changeCount,
          decisionHash: verdict.decisionHash,
          environment: inputs.subject.environment,
          run: inputs.run,
          verdict: verdict.value,
          waivers: waiversUsed(verdict),
        },
        refs: [statementId, inputsDigest],
      },
    ])
    await keep(tx, statementId)
    return statementId
  }
  try {
    return await sql.transaction({ tenantId }, work)
  } catch (error) {
    if (error instanceof WaiverTaken) return undefined
    throw error
  }
}

/** Rolls the transaction back; never leaves this file. */
class WaiverTaken extends Error {}

/** A use is a recorded Go that rests on the waiver; a No-Go uses nothing. */
function waiversUsed(verdict: Verdict): readonly string[] {
  const isGo = verdict.value === 'GO_WITH_WAIVERS' || verdict.value === 'CONDITIONAL_GO'
  return isGo ? (verdict.usedWaivers ?? []) : []
}

// The number of each use is unique, so of two decisions that both saw the last use free only one commits.
async function useWaivers(
  tx: SqlTx,
  tenantId: string,
  release: ReleaseKey,
  decided: {
    readonly verdict: Verdict
    readonly statementId: DecidedRelease['statement']
    readonly waiverUses: UsesByWaiver
  },
  at: string,
): Promise<void> {
  const { verdict, statementId, waiverUses } = decided
  for (const waiverId of waiversUsed(verdict)) {
    // A waiver may be called as what every object has.
    const before = Object.hasOwn(waiverUses, waiverId) ? waiverUses[waiverId] : undefined
    // Decided before over the very same: that decision took the use.
    if (before?.reviewHashes.includes(verdict.reviewHash) === true) continue
    const use = { waiverId, number: (before?.lastNumber ?? 0) + 1, statementId }
    if (!(await insertWaiverUse(tx, tenantId, release.service, use, at)))
      throw new WaiverTaken(`use ${use.number} of ${waiverId}`)
  }
}

// Rule 1 of release.md section 7: a decision looks at its own foundations first.
async function findDamage(
  context: ReleaseContext,
  tenantId: string,
  gathered: GatheredRelease,
): Promise<readonly string[]> {
  const { ledger, evidence, identity } = context.ports
  const findings: string[] = []
  const chain = await ledger.verifyLog(tenantId, {})
  if (!chain.ok) findings.push(`ledger: ${chain.reason}`)
  const audit = await context.runs.audit(tenantId, gathered.view.run.runId)
  findings.push(...audit.findings)
  findings.push(...(await findRegisterDamage(context, tenantId, gathered.acts)))
  for (const signOff of gathered.signOffs) {
    try {
      const envelope = await evidence.read(tenantId, signOff.statement)
      const { predicate, signer } = await identity.openStatement(tenantId, envelope, 'sign-off', [
        'person',
      ])
      const signed = {
        decision: predicate.decision,
        principal: signer.id,
        reviewHash: predicate.reviewHash,
        role: predicate.role,
      }
      const { decision, principal, reviewHash, role } = signOff
      if (canonicalize(signed) !== canonicalize({ decision, principal, reviewHash, role })) {
        findings.push(`sign-off ${signOff.statement}: what is stored differs from what was signed`)
      }
    } catch (error) {
      // A sign-off that cannot be opened again is a finding, and the verdict becomes INVALID.
      findings.push(`sign-off ${signOff.statement}: ${messageOf(error)}`)
    }
  }
  return findings
}
