// The predicates of statements: shapes, and their strict reading.
import type { ContentDigest, Json } from '../kernel/index.ts'
import {
  asArray,
  asCount,
  asDigest,
  asInstant,
  asObject,
  asOneOf,
  asText,
  expectKeys,
  ShapeMismatch,
} from './reading.ts'
import type { JsonObject } from './reading.ts'
import { readChangeApproval } from './register-predicate.ts'
import type { ChangeApproval } from './register-predicate.ts'

/** One stored piece of evidence; `capture` is the canonical JSON of what the runner saw. */
export interface StatementEvidence {
  readonly name: string
  /** Of the plain (inflated) bytes. */
  readonly digest: ContentDigest
  readonly mediaType: string
  readonly sizeBytes: number
}

/** What a runner saw of one gate. It claims no status: control plane and verifier compute that. */
export interface GateRunPredicate {
  readonly run: string
  readonly gate: string
  /** From 1; the last attempt counts. */
  readonly attempt: number
  /** Hash of the gate's definition in the plan. */
  readonly definition: ContentDigest
  readonly plan: ContentDigest
  readonly environment: string
  /** Manual gates: id is the principal who answered. */
  readonly runner: { readonly id: string; readonly version: string }
  readonly startedAt: string
  readonly finishedAt: string
  readonly evidence: readonly StatementEvidence[]
  /** Parameters taken from other gates, by name: the value, and the gate-run statement that it came from. Absent = none. */
  readonly consumed?: Readonly<
    Record<string, { readonly statement: ContentDigest; readonly value: string }>
  >
}

export interface SignOffPredicate {
  /** `service@version`. */
  readonly release: string
  readonly run: string
  readonly role: string
  readonly principal: string
  /** WITHDRAW takes the person's own rejection in this role back. */
  readonly decision: 'APPROVE' | 'REJECT' | 'WITHDRAW'
  /** What the person had before them. */
  readonly reviewHash: ContentDigest
  readonly at: string
  readonly comment: string
}

/** A person's consent: to a plan that they read, or to a change of a service's register. */
export type ApprovalPredicate = PlanApproval | ChangeApproval

export interface PlanApproval {
  readonly what: 'plan'
  readonly digest: ContentDigest
  readonly principal: string
  readonly at: string
}

export const VERDICT_NAMES = [
  'GO',
  'GO_WITH_WAIVERS',
  'CONDITIONAL_GO',
  'NOT_READY',
  'NO_GO',
  'INVALID',
] as const

export interface DecisionPredicate {
  readonly release: string
  readonly run: string
  readonly plan: ContentDigest
  /** Digest of the stored decision inputs. */
  readonly inputs: ContentDigest
  readonly reviewHash: ContentDigest
  readonly decisionHash: ContentDigest
  readonly verdict: (typeof VERDICT_NAMES)[number]
  /** The verdict had no waiver been granted. */
  readonly raw: (typeof VERDICT_NAMES)[number]
  readonly asOf: string
  /** When a GO is void. */
  readonly expiresAt?: string
}

export function readGateRun(predicate: JsonObject): GateRunPredicate {
  const keys = [
    'run',
    'gate',
    'attempt',
    'definition',
    'plan',
    'environment',
    'runner',
    'startedAt',
    'finishedAt',
    'evidence',
  ]
  expectKeys(predicate, keys, ['consumed'], 'the predicate')
  const consumed = predicate['consumed']
  const runner = asObject(predicate['runner'], 'runner')
  expectKeys(runner, ['id', 'version'], [], 'runner')
  return {
    run: asText(predicate['run'], 'run'),
    gate: asText(predicate['gate'], 'gate'),
    attempt: asCount(predicate['attempt'], 'attempt'),
    definition: asDigest(predicate['definition'], 'definition'),
    plan: asDigest(predicate['plan'], 'plan'),
    environment: asText(predicate['environment'], 'environment'),
    runner: {
      id: asText(runner['id'], 'runner.id'),
      version: asText(runner['version'], 'runner.version'),
    },
    startedAt: asInstant(predicate['startedAt'], 'startedAt'),
    finishedAt: asInstant(predicate['finishedAt'], 'finishedAt'),
    evidence: readEvidence(predicate['evidence']),
    ...(consumed === undefined ? {} : { consumed: readConsumed(asObject(consumed, 'consumed')) }),
  }
}

function readConsumed(consumed: JsonObject): NonNullable<GateRunPredicate['consumed']> {
  return Object.fromEntries(
    Object.entries(consumed).map(([name, one]) => {
      const taken = asObject(one, 'a consumed value')
      expectKeys(taken, ['statement', 'value'], [], 'a consumed value')
      return [
        name,
        {
          statement: asDigest(taken['statement'], 'consumed statement'),
          value: asText(taken['value'], 'consumed value'),
        },
      ]
    }),
  )
}

function readEvidence(value: Json | undefined): StatementEvidence[] {
  const names = new Set<string>()
  return asArray(value, 'evidence').map((one) => {
    const piece = asObject(one, 'evidence')
    expectKeys(piece, ['name', 'digest', 'mediaType', 'sizeBytes'], [], 'evidence')
    const name = asText(piece['name'], 'evidence name')
    if (names.has(name))
      throw new ShapeMismatch(
        `expected each evidence name once, got ${JSON.stringify(name.slice(0, 60))} twice`,
      )
    names.add(name)
    return {
      name,
      digest: asDigest(piece['digest'], 'evidence digest'),
      mediaType: asText(piece['mediaType'], 'mediaType'),
      sizeBytes: asCount(piece['sizeBytes'], 'sizeBytes'),
    }
  })
}

export function readSignOff(predicate: JsonObject): SignOffPredicate {
  const keys = ['release', 'run', 'role', 'principal', 'decision', 'reviewHash', 'at', 'comment']
  expectKeys(predicate, keys, [], 'the predicate')
  return {
    release: asText(predicate['release'], 'release'),
    run: asText(predicate['run'], 'run'),
    role: asText(predicate['role'], 'role'),
    principal: asText(predicate['principal'], 'principal'),
    decision: asOneOf(predicate['decision'], ['APPROVE', 'REJECT', 'WITHDRAW'], 'decision'),
    reviewHash: asDigest(predicate['reviewHash'], 'reviewHash'),
    at: asInstant(predicate['at'], 'at'),
    comment: asText(predicate['comment'], 'comment'),
  }
}

export function readApproval(predicate: JsonObject): ApprovalPredicate {
  if (predicate['what'] === 'change') return readChangeApproval(predicate)
  expectKeys(predicate, ['what', 'digest', 'principal', 'at'], [], 'the predicate')
  return {
    what: asOneOf(predicate['what'], ['plan'], 'what'),
    digest: asDigest(predicate['digest'], 'digest'),
    principal: asText(predicate['principal'], 'principal'),
    at: asInstant(predicate['at'], 'at'),
  }
}

export function readDecision(predicate: JsonObject): DecisionPredicate {
  const keys = [
    'release',
    'run',
    'plan',
    'inputs',
    'reviewHash',
    'decisionHash',
    'verdict',
    'raw',
    'asOf',
  ]
  expectKeys(predicate, keys, ['expiresAt'], 'the predicate')
  const expiresAt = predicate['expiresAt']
  return {
    release: asText(predicate['release'], 'release'),
    run: asText(predicate['run'], 'run'),
    plan: asDigest(predicate['plan'], 'plan'),
    inputs: asDigest(predicate['inputs'], 'inputs'),
    reviewHash: asDigest(predicate['reviewHash'], 'reviewHash'),
    decisionHash: asDigest(predicate['decisionHash'], 'decisionHash'),
    verdict: asOneOf(predicate['verdict'], VERDICT_NAMES, 'verdict'),
    raw: asOneOf(predicate['raw'], VERDICT_NAMES, 'raw'),
    asOf: asInstant(predicate['asOf'], 'asOf'),
    ...(expiresAt === undefined ? {} : { expiresAt: asInstant(expiresAt, 'expiresAt') }),
  }
}
