// What the house signs: in-toto Statements v1 about gates, sign-offs, approvals and decisions.
import { canonicalBytes, hexOf } from '../kernel/index.ts'
import type { Digest, Json } from '../kernel/index.ts'
import { parseCanonical } from './entry.ts'
import { accepted, refused } from './parsed.ts'
import type { Parsed } from './parsed.ts'
import { readApproval, readDecision, readGateRun, readSignOff } from './predicate.ts'
import type {
  ApprovalPredicate,
  DecisionPredicate,
  GateRunPredicate,
  SignOffPredicate,
} from './predicate.ts'
import { readWaiver } from './register-predicate.ts'
import type { WaiverPredicate } from './register-predicate.ts'
import { asArray, asObject, asText, expectKeys, ShapeMismatch } from './reading.ts'
import type { JsonObject } from './reading.ts'

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'

/** Predicate type names, frozen: identifiers that nobody fetches. */
export const PREDICATE_TYPES = {
  'gate-run': 'https://seaworthy.dev/predicate/gate-run/v1',
  'sign-off': 'https://seaworthy.dev/predicate/sign-off/v1',
  approval: 'https://seaworthy.dev/predicate/approval/v1',
  waiver: 'https://seaworthy.dev/predicate/waiver/v1',
  decision: 'https://seaworthy.dev/predicate/decision/v1',
  claims: 'https://seaworthy.dev/predicate/claims/v1',
} as const

/** What a statement is about; digests are lower-case hexadecimal without prefix, as in-toto has them. */
export interface StatementSubject {
  readonly name: string
  readonly digest: { readonly sha256: string; readonly gitCommit?: string }
}

/** The predicates whose shape is settled; statements of other types are refused. */
export interface Predicates {
  readonly 'gate-run': GateRunPredicate
  readonly 'sign-off': SignOffPredicate
  readonly approval: ApprovalPredicate
  readonly waiver: WaiverPredicate
  readonly decision: DecisionPredicate
}

export type StatementKind = keyof Predicates

/** A statement of one kind, as it is signed. */
export interface Statement<K extends StatementKind = StatementKind> {
  readonly _type: typeof STATEMENT_TYPE
  readonly subject: readonly StatementSubject[]
  readonly predicateType: (typeof PREDICATE_TYPES)[K]
  readonly predicate: Predicates[K]
}

/** A statement as it was read: `kind` tells which predicate it has. */
export type ReadStatement = {
  readonly [K in StatementKind]: {
    readonly kind: K
    readonly subject: readonly StatementSubject[]
    readonly predicate: Predicates[K]
  }
}[StatementKind]

/** The release that statements speak of. Digest values are hexadecimal, with or without `sha256:` before them. */
export interface ReleaseIdentity {
  readonly service: string
  readonly version: string
  readonly digests: Readonly<Record<string, string>>
  readonly commit?: string
}

const SUBJECT_LIMIT = 1_000

/** The digest that stands for a release without artefacts: SHA-256 of JCS {service, version, environment}, as hex. */
export function releaseDigestOf(
  digest: Digest,
  service: string,
  version: string,
  environment: string,
): string {
  return hexOf(digest.sha256(canonicalBytes({ service, version, environment })))
}

/** The subject of statements about a service as such: its name and the SHA-256 of JCS {service}. */
export function serviceSubject(digest: Digest, service: string): readonly StatementSubject[] {
  return [{ name: service, digest: { sha256: hexOf(digest.sha256(canonicalBytes({ service }))) } }]
}

/**
 * The subjects of every statement about a release: one per digest, sorted by name; `release` is named
 * `service@version`, every other by its artefact.
 * @throws RangeError when there is no digest or one is not 64 hexadecimal digits.
 */
export function subjectsOf(release: ReleaseIdentity): StatementSubject[] {
  const names = Object.keys(release.digests).sort()
  if (names.length === 0) throw new RangeError('expected at least one digest of the release')
  return names.map((name) => {
    const sha256 = release.digests[name]!.replace(/^sha256:/, '')
    if (!isHash(sha256)) throw new RangeError(`expected 64 hexadecimal digits for ${name}`)
    return {
      name: name === 'release' ? `${release.service}@${release.version}` : name,
      digest: release.commit === undefined ? { sha256 } : { sha256, gitCommit: release.commit },
    }
  })
}

export function buildStatement<K extends StatementKind>(
  kind: K,
  subject: readonly StatementSubject[],
  predicate: Predicates[K],
): Statement<K> {
  return { _type: STATEMENT_TYPE, subject, predicateType: PREDICATE_TYPES[kind], predicate }
}

/**
 * Reads the payload of an envelope. Refuses bytes that are not canonical JSON, unknown predicate types, missing or
 * additional keys, and values of the wrong kind.
 */
export function parseStatement(payload: Uint8Array): Parsed<ReadStatement> {
  try {
    return accepted(readStatement(parseCanonical(payload)))
  } catch (thrown) {
    if (thrown instanceof ShapeMismatch) return refused(thrown.message)
    throw thrown
  }
}

function readStatement(value: Json): ReadStatement {
  const object = asObject(value, 'the statement')
  expectKeys(object, ['_type', 'subject', 'predicateType', 'predicate'], [], 'the statement')
  if (object['_type'] !== STATEMENT_TYPE)
    throw new ShapeMismatch(`expected the statement type ${STATEMENT_TYPE}`)
  const subject = readSubjects(object['subject'])
  const predicate = asObject(object['predicate'], 'the predicate')
  const type = asText(object['predicateType'], 'predicateType')
  switch (type) {
    case PREDICATE_TYPES['gate-run']:
      return { kind: 'gate-run', subject, predicate: readGateRun(predicate) }
    case PREDICATE_TYPES['sign-off']:
      return { kind: 'sign-off', subject, predicate: readSignOff(predicate) }
    case PREDICATE_TYPES.approval:
      return { kind: 'approval', subject, predicate: readApproval(predicate) }
    case PREDICATE_TYPES.waiver:
      return { kind: 'waiver', subject, predicate: readWaiver(predicate) }
    case PREDICATE_TYPES.decision:
      return { kind: 'decision', subject, predicate: readDecision(predicate) }
    default:
      throw new ShapeMismatch(
        `expected a known predicate type, got ${JSON.stringify(type.slice(0, 120))}`,
      )
  }
}

function readSubjects(value: Json | undefined): StatementSubject[] {
  const subjects = asArray(value, 'subject')
  if (subjects.length === 0 || subjects.length > SUBJECT_LIMIT) {
    throw new ShapeMismatch(`expected 1 to ${SUBJECT_LIMIT} subjects, got ${subjects.length}`)
  }
  return subjects.map((one) => {
    const subject = asObject(one, 'a subject')
    expectKeys(subject, ['name', 'digest'], [], 'a subject')
    return {
      name: asText(subject['name'], 'name'),
      digest: readDigests(asObject(subject['digest'], 'digest')),
    }
  })
}

function readDigests(digest: JsonObject): StatementSubject['digest'] {
  expectKeys(digest, ['sha256'], ['gitCommit'], 'digest')
  const sha256 = asText(digest['sha256'], 'sha256')
  if (!isHash(sha256)) throw new ShapeMismatch('expected sha256 to be 64 hexadecimal digits')
  const commit = digest['gitCommit']
  return commit === undefined ? { sha256 } : { sha256, gitCommit: asText(commit, 'gitCommit') }
}

function isHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text)
}
