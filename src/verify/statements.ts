// Checks every statement: whose signature it carries, what it is about, and that the ledger records it.
import { canonicalize } from '../kernel/index.ts'
import type { ContentDigest } from '../kernel/index.ts'
import {
  parseEnvelope,
  parseStatement,
  serviceSubject,
  STATEMENT_MEDIA_TYPE,
  statementPath,
  subjectsOf,
  verifyEnvelope,
} from '../proof/index.ts'
import type {
  Envelope,
  KeyUse,
  ReadStatement,
  StatementKind,
  StatementSubject,
  Trust,
  TrustKey,
} from '../proof/index.ts'
import type { BundleContents } from './contents.ts'
import { indexEntries, RECORDING_TYPES } from './entry-index.ts'
import type { EntryIndex } from './entry-index.ts'
import { quoteName } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import type { LedgerPart, ProvenEntry } from './ledger-part.ts'

/** A statement that is signed by a key that may sign it, and recorded in the ledger. */
export type ProvenStatement = ReadStatement & {
  readonly id: ContentDigest
  readonly key: TrustKey
  /** The first entry that records it. */
  readonly entry: ProvenEntry
}

/** Which use the key of a statement must have. */
const SIGNED_FOR: Readonly<Record<StatementKind, KeyUse>> = {
  'gate-run': 'gate-run',
  'sign-off': 'sign-off',
  approval: 'approval',
  waiver: 'approval',
  decision: 'decision',
}

/** Which type of entry records the statement. */
function recordingType(statement: ReadStatement): string {
  switch (statement.kind) {
    case 'gate-run':
      return 'gate.recorded'
    case 'sign-off':
      return 'sign-off.recorded'
    case 'approval':
      return statement.predicate.what === 'plan' ? 'plan.reviewed' : 'register.changed'
    case 'waiver':
      return 'waiver.requested'
    case 'decision':
      return 'release.decided'
  }
}

/** Every statement of the bundle, proven; whatever is not becomes a finding and is left out. */
export async function inspectStatements(
  inspection: Inspection,
  contents: BundleContents,
  ledger: LedgerPart,
  trust: Trust,
): Promise<readonly ProvenStatement[]> {
  const out: ProvenStatement[] = []
  const keys = trust.keys.map((key) => ({ ...key, publicKey: key.spki }))
  const index = indexEntries(ledger)
  for (const [id, bytes] of contents.statements) {
    inspection.checked.statements++
    const path = statementPath(id)
    const envelope = parseEnvelope(bytes)
    const statement = envelope.ok ? parseStatement(envelope.value.payload) : envelope
    if (!envelope.ok || !statement.ok) {
      inspection.find(
        'VERIFY_STATEMENT_MALFORMED',
        statement.ok ? 'unreadable' : statement.reason,
        path,
      )
      continue
    }
    const key = await findSigner(inspection, envelope.value, keys, path)
    if (key === undefined) continue
    const read = statement.value
    const entry = findEntry(inspection, index, recordingType(read), id, path)
    if (!checkUse(inspection, read, key, path) || !checkSubject(inspection, contents, read, path))
      continue
    if (entry === undefined || !checkInForce(inspection, index, key, entry, path)) continue
    out.push({ ...read, id, key, entry })
  }
  checkRecorded(inspection, contents, ledger)
  return out
}

async function findSigner<K extends TrustKey & { readonly publicKey: Uint8Array }>(
  inspection: Inspection,
  envelope: Envelope,
  keys: readonly K[],
  path: string,
): Promise<K | undefined> {
  if (envelope.payloadType !== STATEMENT_MEDIA_TYPE || envelope.signatures.length !== 1) {
    inspection.find(
      'VERIFY_STATEMENT_MALFORMED',
      `expected one signature over ${STATEMENT_MEDIA_TYPE}`,
      path,
    )
    return undefined
  }
  const named = envelope.signatures[0]?.keyId
  const key = keys.find((candidate) => candidate.keyId === named)
  if (key === undefined) {
    inspection.find(
      'VERIFY_KEY_UNTRUSTED',
      `expected a key that counts here, got ${quoteName(named ?? '')}`,
      path,
    )
    return undefined
  }
  inspection.checked.signatures++
  if ((await verifyEnvelope(inspection.ports.verifier, envelope, [key])) !== undefined) return key
  inspection.find(
    'VERIFY_STATEMENT_SIGNATURE_BROKEN',
    `expected a signature by ${key.keyId}, it does not fit`,
    path,
  )
  return undefined
}

function checkUse(
  inspection: Inspection,
  statement: ReadStatement,
  key: TrustKey,
  path: string,
): boolean {
  if (!key.uses.includes(SIGNED_FOR[statement.kind])) {
    return inspection.find(
      'VERIFY_KEY_USE_REFUSED',
      `the key of ${quoteName(key.principal)} may not sign a ${statement.kind}`,
      path,
    )
  }
  const named = namedSigner(statement)
  if (named !== undefined && named !== key.principal) {
    return inspection.find(
      'VERIFY_SIGNER_DIFFERS',
      `expected the key of ${quoteName(named)}, got the key of ${quoteName(key.principal)}`,
      path,
    )
  }
  if (statement.kind === 'sign-off' && !key.roles.includes(statement.predicate.role)) {
    return inspection.find(
      'VERIFY_SIGNER_DIFFERS',
      `${quoteName(key.principal)} does not hold the role ${quoteName(statement.predicate.role)}`,
      path,
    )
  }
  return true
}

/** The place in the ledger decides, or the reader's word in a trust file; never what the signer says of the time. */
function checkInForce(
  inspection: Inspection,
  { revocations }: EntryIndex,
  key: TrustKey,
  entry: ProvenEntry,
  path: string,
): boolean {
  const { principal, revokedAt } = key
  const revocation = revocations.get(principal)
  const isRevoked =
    (revocation !== undefined && revocation.seq < entry.seq) ||
    (revokedAt !== undefined && entry.timeMs > Date.parse(revokedAt))
  if (!isRevoked) return true
  return inspection.find(
    'VERIFY_KEY_REVOKED',
    `expected a key in force, got the key of ${quoteName(principal)}, which was revoked before entry ${entry.seq}`,
    path,
  )
}

function namedSigner(statement: ReadStatement): string | undefined {
  if (statement.kind === 'gate-run') return statement.predicate.runner.id
  return statement.kind === 'decision' ? undefined : statement.predicate.principal
}

// A run is of one plan and one subject, so statements of other runs may speak of an earlier commit or plan.
function checkSubject(
  inspection: Inspection,
  contents: BundleContents,
  statement: ReadStatement,
  path: string,
): boolean {
  const { inputs } = contents
  if (statement.kind === 'waiver' || statement.kind === 'approval')
    return checkService(inspection, contents, statement, path)
  const isOfRun = statement.predicate.run === inputs.run
  if (isOfRun && !namesSubject(contents, statement.subject)) {
    return inspection.find(
      'VERIFY_STATEMENT_SUBJECT_DIFFERS',
      `expected the digests of ${inputs.subject.service}@${inputs.subject.version} that were decided on, got others`,
      path,
    )
  }
  if (
    statement.kind !== 'gate-run' &&
    statement.predicate.release !== `${inputs.subject.service}@${inputs.subject.version}`
  ) {
    return inspection.find(
      'VERIFY_STATEMENT_SUBJECT_DIFFERS',
      `expected the release ${inputs.subject.service}@${inputs.subject.version}, got ${quoteName(statement.predicate.release)}`,
      path,
    )
  }
  if (isOfRun && statement.kind !== 'sign-off' && statement.predicate.plan !== inputs.plan) {
    return inspection.find(
      'VERIFY_STATEMENT_PLAN_DIFFERS',
      `expected the plan ${inputs.plan}, got ${statement.predicate.plan}`,
      path,
    )
  }
  return true
}

// Changes and waivers are about a service; an approval of a plan says with its digest what it is about.
function checkService(
  inspection: Inspection,
  contents: BundleContents,
  statement: Extract<ReadStatement, { readonly kind: 'waiver' | 'approval' }>,
  path: string,
): boolean {
  const { predicate } = statement
  if ('what' in predicate && predicate.what === 'plan') return true
  const { service } = contents.inputs.subject
  const wanted = serviceSubject(inspection.ports.digest, service)
  if (predicate.service !== service || canonicalize(statement.subject) !== canonicalize(wanted)) {
    return inspection.find(
      'VERIFY_STATEMENT_SUBJECT_DIFFERS',
      `expected the service ${quoteName(service)}, got ${quoteName(predicate.service)}`,
      path,
    )
  }
  const { origin } = contents.inputs.checkpoint
  const { audience = origin } = predicate
  if (audience === origin) return true
  return inspection.find(
    'VERIFY_STATEMENT_SUBJECT_DIFFERS',
    `expected a statement for the ledger ${quoteName(origin)}, got one for ${quoteName(audience)}`,
    path,
  )
}

function namesSubject(contents: BundleContents, subject: readonly StatementSubject[]): boolean {
  return canonicalize(subject) === canonicalize(subjectsOf(contents.inputs.subject))
}

function findEntry(
  inspection: Inspection,
  { recordings }: EntryIndex,
  entryType: string,
  id: ContentDigest,
  path: string,
): ProvenEntry | undefined {
  const entry = recordings.get(id)?.find(({ body }) => body.type === entryType)
  if (entry === undefined) {
    inspection.find(
      'VERIFY_ENTRY_MISSING',
      `expected an entry ${entryType} that names this statement, there is none`,
      path,
    )
  }
  return entry
}

/** The other way round: what the ledger records must be here, or the bundle was thinned. */
function checkRecorded(inspection: Inspection, contents: BundleContents, ledger: LedgerPart): void {
  const { service, version } = contents.inputs.subject
  const subjects: ReadonlySet<string> = new Set([service, `${service}@${version}`])
  for (const { seq, body, payload } of ledger.entries) {
    if (!RECORDING_TYPES.has(body.type) || body.refs.some((ref) => contents.statements.has(ref)))
      continue
    // An entry of another release, listed without its payload to show that no position is left out.
    if (!subjects.has(body.subject) && payload === undefined) continue
    inspection.find(
      'VERIFY_STATEMENT_MISSING',
      `entry ${seq} (${body.type}) records a statement that is not in the bundle`,
      'entries.json',
    )
  }
}
