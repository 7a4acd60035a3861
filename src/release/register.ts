// Takes signed changes into a service's register, and reads the register as it stands.
import { canonicalize, messageOf } from '../kernel/index.ts'
import type { Principal } from '../kernel/index.ts'
import type { OpenedStatement } from '../identity/index.ts'
import { serviceSubject } from '../proof/index.ts'
import { nameProblem } from '../gates/index.ts'
import {
  foldRegister,
  isTimeZone,
  parseChange,
  refuseAct,
  refuseRequestShape,
} from '../register/index.ts'
import type { Register, RegisterAct } from '../register/index.ts'
import { assertOpenedBefore, inspectClosing } from './closing.ts'
import type { ReleaseContext } from './context.ts'
import { releaseFault } from './errors.ts'
import { insertAct, selectActs, takePosition } from './register-store.ts'
import type { StoredAct } from './register-store.ts'
import { CLOCK_SKEW_LIMIT_MS } from './sign-off.ts'

/** Changes that one register may hold; reading it makes all of them again. */
const CHANGE_LIMIT = 20_000

export interface RecordedChange {
  readonly service: string
  /** Digest of the statement. */
  readonly statement: string
  /** Which change of the register it is, from 1. */
  readonly position: number
  /** True while it waits for a second person. */
  readonly isPending: boolean
}

export async function readRegister(
  context: ReleaseContext,
  tenantId: string,
  service: string,
): Promise<Register> {
  const acts = await context.ports.sql.transaction({ tenantId }, (tx) =>
    selectActs(tx, tenantId, service),
  )
  return foldRegister(acts).register
}

/**
 * Records a signed change (an approval statement) or a request for a waiver.
 * @throws RELEASE_CHANGE_REFUSED with the rule that it breaks
 */
export async function recordChange(
  context: ReleaseContext,
  caller: Principal,
  kind: StoredAct['kind'],
  envelope: Uint8Array,
): Promise<RecordedChange> {
  const { tenantId } = caller
  const { sql, clock, evidence, identity, ledger } = context.ports
  const opened = await identity.openStatement(tenantId, envelope, kind, ['person'])
  const { act, service, audience } = readAct(context, opened, kind)
  await assertMeantHere(context, tenantId, audience)
  const nowMs = clock.nowMs()
  if (Math.abs(act.atMs - nowMs) > CLOCK_SKEW_LIMIT_MS)
    throw refuseChange(
      `expected a time within five minutes of ${new Date(nowMs).toISOString()}, got ${new Date(act.atMs).toISOString()}`,
    )
  assertPlainNames(service, act)
  assertZoneKnown(act)
  const closing = await inspectClosing(context, tenantId, service, act, opened.signer.displayName)
  await evidence.keep(tenantId, opened.id, envelope)
  const at = new Date(nowMs).toISOString()
  return sql.transaction({ tenantId }, async (tx) => {
    const position = await takePosition(tx, tenantId, service)
    const acts = await selectActs(tx, tenantId, service)
    const { register } = foldRegister(acts)
    const environment = environmentOfChange(register, act.change)
    const speaker = await identity.assertInForce(tx, tenantId, opened.signer.id, environment)
    await identity.assertOwnWord(tx, caller, opened.signer)
    if (acts.length >= CHANGE_LIMIT)
      throw refuseChange(`expected at most ${CHANGE_LIMIT} changes of one register`)
    if (acts.some((each) => each.statement === act.statement))
      throw refuseChange('this very statement is recorded already')
    assertOpenedBefore(register, act, closing)
    const why = refuseAct(register, act) ?? refuseSecondGlass(register, act)
    if (why !== undefined) throw refuseChange(why.replaceAll(act.person, opened.signer.displayName))
    await insertAct(tx, tenantId, service, position, act, at)
    await evidence.recordStatementInTx(tx, tenantId, opened.row, at)
    await ledger.appendInTx(tx, tenantId, [
      {
        type: kind === 'waiver' ? 'waiver.requested' : 'register.changed',
        actor: opened.signer.id,
        subject: service,
        payload: { kind: act.change.kind, position, ...speaker },
        refs: [opened.id],
      },
    ])
    const after = foldRegister([...acts, act]).register
    const isPending = after.proposals.has(act.statement) || kind === 'waiver'
    return { service, statement: opened.id, position, isPending }
  })
}

/** Waivers alone name an environment; everything else in a register is the service's in all of them. */
function environmentOfChange({ waivers }: Register, change: RegisterAct['change']): string | null {
  if (change.kind === 'waiver.requested') return change.environment
  if (change.kind !== 'approved' && change.kind !== 'waiver.revoked') return null
  const waiver = [...waivers.values()].find(({ request, statement }) =>
    change.kind === 'approved' ? statement === change.statement : request.id === change.id,
  )
  return waiver?.request.environment ?? null
}

/** What environment a signed change is about; null for one that is about all. @throws IDENTITY_STATEMENT_REFUSED, RELEASE_CHANGE_REFUSED */
export async function environmentOfEnvelope(
  context: ReleaseContext,
  tenantId: string,
  kind: StoredAct['kind'],
  envelope: Uint8Array,
): Promise<string | null> {
  const opened = await context.ports.identity.openStatement(tenantId, envelope, kind, ['person'])
  const { act, service } = readAct(context, opened, kind)
  return environmentOfChange(await readRegister(context, tenantId, service), act.change)
}

// Not a rule of the fold, which has to take what was recorded before it; decisions of the fourth edition give it no force.
function refuseSecondGlass({ glasses }: Register, { change }: RegisterAct): string | undefined {
  if (change.kind !== 'glass.broken') return undefined
  const waiting = [...glasses.values()].find(
    (each) => each.version === change.version && each.reviewedBy === undefined,
  )
  return waiting === undefined
    ? undefined
    : `${waiting.id} was broken for ${change.version} and waits for a review by somebody else, who comes first`
}

// The same person may have the same key in another tenant: what was signed there is nothing that they said here. Statements
// that were recorded before they named a ledger stay what they are.
async function assertMeantHere(
  { ports }: ReleaseContext,
  tenantId: string,
  audience: string | undefined,
): Promise<void> {
  const origin = (await ports.ledger.identify(tenantId))?.origin
  if (audience !== undefined && audience === origin) return
  throw refuseChange(
    `expected a statement for the ledger ${origin ?? '(none yet)'}, got one for ${audience === undefined ? 'no ledger in particular: sign it with this version' : JSON.stringify(audience.slice(0, 200))}`,
  )
}

// A service's name stands in an index, and a waiver's names in what a decision freezes.
function assertPlainNames(service: string, { change }: RegisterAct): void {
  const why =
    change.kind === 'waiver.requested'
      ? (nameProblem(change) ?? refuseRequestShape(change))
      : nameProblem({ service, version: '0', environment: 'any' })
  if (why !== undefined) throw refuseChange(why)
}

/** Asked when it is recorded and never again: what zones are called is up to the platform, and changes. */
function assertZoneKnown({ change }: RegisterAct): void {
  const zone =
    change.kind === 'policy.set'
      ? change.policy.timezone
      : change.kind === 'launch.planned'
        ? change.timezone
        : undefined
  if (zone !== undefined && !isTimeZone(zone))
    throw refuseChange(
      `expected an IANA time zone such as Europe/Berlin, got ${JSON.stringify(zone.slice(0, 60))}`,
    )
}

/** What does not agree any more between the stored changes and the statements that people signed. */
export async function findRegisterDamage(
  context: ReleaseContext,
  tenantId: string,
  acts: readonly StoredAct[],
): Promise<readonly string[]> {
  const { evidence, identity } = context.ports
  const findings: string[] = []
  for (const act of acts) {
    try {
      const envelope = await evidence.read(tenantId, act.statement)
      const opened = await identity.openStatement(tenantId, envelope, act.kind, ['person'])
      const signed = readAct(context, opened, act.kind)
      if (canonicalize(signed.act) !== canonicalize(act))
        findings.push(`change ${act.statement}: what is stored differs from what was signed`)
    } catch (error) {
      // A change that cannot be opened again is a finding, and the verdict becomes INVALID.
      findings.push(`change ${act.statement}: ${messageOf(error)}`)
    }
  }
  for (const { act, why } of foldRegister(acts).refused)
    findings.push(`change ${act.statement}: ${why}`)
  return findings
}

function readAct(
  context: ReleaseContext,
  opened: OpenedStatement<'approval' | 'waiver'>,
  kind: StoredAct['kind'],
): {
  readonly act: StoredAct
  readonly service: string
  readonly audience: string | undefined
} {
  const { predicate, signer } = opened
  if (predicate.principal !== signer.id)
    throw refuseChange(
      `expected the change of ${JSON.stringify(predicate.principal.slice(0, 100))} under their own key, got the key of ${signer.id}`,
    )
  if ('what' in predicate && predicate.what === 'plan')
    throw refuseChange('expected a change of a register, got an approval of a plan')
  const { service, audience } = predicate
  const wanted = serviceSubject(context.ports.digest, service)
  if (canonicalize(opened.subject) !== canonicalize(wanted))
    throw refuseChange(`expected a statement about the service ${JSON.stringify(service)}`)
  return {
    service,
    audience,
    act: {
      kind,
      statement: opened.id,
      person: signer.person,
      roles: signer.roles,
      atMs: Date.parse(predicate.at),
      change: changeOf(predicate),
    },
  }
}

function changeOf(
  predicate: OpenedStatement<'approval' | 'waiver'>['predicate'],
): RegisterAct['change'] {
  if (!('what' in predicate)) {
    const { audience: _audience, ...request } = predicate
    return { kind: 'waiver.requested', ...request }
  }
  const change = parseChange(predicate.what === 'change' ? predicate.change : undefined)
  if (!change.ok) throw refuseChange(change.reason)
  return change.value
}

function refuseChange(reason: string): Error {
  return releaseFault('RELEASE_CHANGE_REFUSED', reason)
}
