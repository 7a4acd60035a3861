// Evidence that was made again after a deploy: a second set of results, and what it says against the first.
import type { ContentDigest } from '../kernel/index.ts'
import { verdictFault } from './errors.ts'
import { readResult, readSubject, readTerms } from './inputs-parse.ts'
import type { DecisionInputs, GateResult, RunTerms, StoredStatus, Subject } from './model.ts'
import type { Plan } from './plan-model.ts'
import { diffResults } from './result-diff.ts'
import type { GateDiff } from './result-diff.ts'
import { readBoolean, readDigest, readList, readName, readOneOf, readRecord } from './shape.ts'
import type { Reader } from './shape.ts'
import { STATUS_ORDER } from './status.ts'

const REGENERATION_FORMAT = 'seaworthy-regenerated/1'

/** The results of another run of the same release. JSON. */
export interface SecondSet {
  readonly run: string
  readonly plan: ContentDigest
  readonly terms: RunTerms
  readonly subject: Subject
  readonly results: readonly GateResult[]
}

/** A second set with what it says against the first. JSON; the content of a bundle's `regenerated.json`. */
export interface Regeneration extends SecondSet {
  readonly format: typeof REGENERATION_FORMAT
  /** One row per gate that was to be tried again, or was. */
  readonly diff: readonly GateDiff[]
}

/** @param plan the plan of the first set, whose gates say which of them are to be tried again */
export function compareSets(
  plan: Plan,
  inputs: Pick<DecisionInputs, 'results'>,
  second: SecondSet,
): Regeneration {
  const { run, plan: secondPlan, terms, subject, results } = second
  return {
    format: REGENERATION_FORMAT,
    run,
    plan: secondPlan,
    terms,
    subject,
    results,
    diff: diffRegenerated(plan, inputs.results, results),
  }
}

/**
 * Where gates of the plan say `regenerate`, only those can be missing; where none does, all can. Source: release semantics,
 * section 8.
 */
function diffRegenerated(
  { gates }: Plan,
  before: readonly GateResult[],
  after: readonly GateResult[],
): readonly GateDiff[] {
  const tagged = new Set(gates.filter(({ regenerate }) => regenerate === true).map(({ id }) => id))
  const isDue = (gate: string): boolean => tagged.size === 0 || tagged.has(gate)
  return diffResults(before, after).filter(({ gate, word }) => word !== 'missing' || isDue(gate))
}

/** Rows that call for a rollback, or for an incident: a required gate is worse, or was not shown again. */
export function alarmsOf({ gates }: Plan, diff: readonly GateDiff[]): readonly GateDiff[] {
  const required = new Set(gates.filter((gate) => gate.severity === 'required').map(({ id }) => id))
  return diff.filter(
    ({ gate, word }) => required.has(gate) && (word === 'worse' || word === 'missing'),
  )
}

/**
 * Why the second set is not about what was decided on, or undefined. The environment may be another one: the first set is
 * mostly of staging.
 */
export function refuseSecondSet(first: Subject, second: Subject): string | undefined {
  const nameOf = ({ service, version }: Subject): string => `${service}@${version}`
  if (nameOf(first) !== nameOf(second)) return `expected ${nameOf(first)}, got ${nameOf(second)}`
  if (first.commit !== second.commit)
    return `expected the commit ${first.commit ?? '(none)'}, got ${second.commit ?? '(none)'}`
  // The digest `release` names the environment too.
  const names = new Set([...Object.keys(first.digests), ...Object.keys(second.digests)])
  names.delete('release')
  const differing = [...names].find((name) => first.digests[name] !== second.digests[name])
  return differing === undefined
    ? undefined
    : `expected the artefact ${differing} that was decided on, got another`
}

// STALE is never stored.
const STORED = STATUS_ORDER.filter((status): status is StoredStatus => status !== 'STALE')

const readStatus = readOneOf<StoredStatus>(STORED)

const readRegeneration: Reader<Regeneration> = readRecord(
  {
    format: readOneOf<typeof REGENERATION_FORMAT>([REGENERATION_FORMAT]),
    run: readName,
    plan: readDigest,
    terms: readTerms,
    subject: readSubject,
    results: readList(readResult),
    diff: readList(
      readRecord(
        {
          gate: readName,
          word: readOneOf(['same', 'better', 'worse', 'missing', 'new']),
          isRedefined: readBoolean,
        },
        { before: readStatus, after: readStatus },
      ),
    ),
  },
  {},
)

/** @throws VERDICT_INPUTS_SHAPE_REFUSED for a missing, unknown or ill-kinded key; the message names the place */
export function parseRegeneration(json: unknown): Regeneration {
  return readRegeneration(json, {
    path: 'regenerated',
    refuse: (message) => verdictFault('VERDICT_INPUTS_SHAPE_REFUSED', message),
  })
}
