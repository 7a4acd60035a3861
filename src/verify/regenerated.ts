// Checks the second set of a bundle: results that were made again after the deploy, and what they say against the first.
import { bytesEqual, canonicalBytes, canonicalize, contentDigest } from '../kernel/index.ts'
import { statementPath, subjectsOf } from '../proof/index.ts'
import {
  alarmsOf,
  compareSets,
  parsePlan,
  parseRegeneration,
  refuseSecondSet,
} from '../verdict/index.ts'
import type { DiffWord, Plan, Regeneration } from '../verdict/index.ts'
import { readCanonical } from './contents.ts'
import type { BundleContents } from './contents.ts'
import { checkTerms } from './decision.ts'
import { countNothing, quoteName } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import type { LedgerPart } from './ledger-part.ts'
import type { ProvenRegeneration } from './model.ts'
import { inspectResults } from './results.ts'
import type { ProvenStatement } from './statements.ts'

const PATH = 'regenerated.json'
const PLAN_PATH = 'regenerated-plan.json'

/** Decides the second set again from its evidence, and the difference again; null without one, or with findings. */
export async function inspectRegenerated(
  inspection: Inspection,
  contents: BundleContents,
  ledger: LedgerPart,
  statements: readonly ProvenStatement[],
): Promise<ProvenRegeneration | null> {
  const before = inspection.findingCount()
  const second = readSecond(inspection, contents, ledger)
  if (second === undefined) return null
  const { regeneration } = second
  checkStatements(inspection, regeneration, statements)
  // What is counted here is told in a sentence of its own, not as part of what was decided on.
  const aside = { ...inspection, checked: countNothing() }
  checkTerms(aside, second.contents, ledger)
  await inspectResults(aside, second.contents, ledger, statements, PATH)
  const honest = compareSets(contents.plan, contents.inputs, regeneration)
  if (canonicalize(honest.diff) !== canonicalize(regeneration.diff)) {
    inspection.find(
      'VERIFY_REGENERATED_DIFFERS',
      'expected the differences between the two sets, got others',
      PATH,
    )
  }
  if (regeneration.terms.waived !== undefined) {
    inspection.leaveOpen(
      'That the gates which the second run counted as waived were: only those of the decided run are looked at.',
    )
  }
  if (inspection.findingCount() !== before) return null
  const proven = provenOf(contents, second.contents.plan, regeneration)
  const { gateRuns, assertions } = aside.checked
  inspection.show(
    `A second set, run ${quoteName(proven.run)} in ${quoteName(proven.environment)}, was decided again too: ${gateRuns} gates from recorded evidence (${assertions} assertions). Against the first: ${tally(proven)}.`,
  )
  return proven
}

interface SecondContents {
  readonly regeneration: Regeneration
  /** The bundle as if the second run had been decided on. */
  readonly contents: BundleContents
}

function readSecond(
  inspection: Inspection,
  contents: BundleContents,
  ledger: LedgerPart,
): SecondContents | undefined {
  const { files } = contents.opened
  const bytes = files.get(PATH)
  if (bytes === undefined) {
    if (files.has(PLAN_PATH))
      inspection.find('VERIFY_FILE_UNKNOWN', `expected it beside ${PATH} only`, PLAN_PATH)
    return undefined
  }
  const regeneration = readCanonical(inspection, PATH, bytes, parseRegeneration)
  if (regeneration === undefined) return undefined
  const plan = readPlan(inspection, contents, regeneration)
  if (plan === undefined) return undefined
  const { inputs } = contents
  const { run, subject, terms, results } = regeneration
  const other = refuseSecondSet(inputs.subject, subject)
  const why =
    other ??
    (run === inputs.run ? 'expected another run than the one that was decided on' : undefined) ??
    (subject.environment === plan.environment && plan.service === subject.service
      ? undefined
      : 'expected the environment and the service of its plan')
  if (why !== undefined) {
    inspection.find('VERIFY_REGENERATED_DIFFERS', why, PATH)
    return undefined
  }
  const { origin, size } = ledger.checkpoint
  const checkpoint = { ...inputs.checkpoint, origin, size }
  const changed = { run, subject, terms, results, plan: regeneration.plan, checkpoint }
  return {
    regeneration,
    contents: {
      ...contents,
      plan,
      planHash: regeneration.plan,
      inputs: { ...inputs, ...changed },
    },
  }
}

/** Its own plan where it has one, else the plan that was decided on. */
function readPlan(
  inspection: Inspection,
  contents: BundleContents,
  { plan }: Regeneration,
): Plan | undefined {
  const bytes = contents.opened.files.get(PLAN_PATH)
  if (bytes === undefined && plan === contents.planHash) return contents.plan
  const got = bytes && contentDigest(inspection.ports.digest.sha256(bytes))
  if (bytes !== undefined && got === plan && plan !== contents.planHash)
    return readCanonical(inspection, PLAN_PATH, bytes, parsePlan)
  inspection.find(
    'VERIFY_PLAN_DIFFERS',
    `expected the plan ${plan}, got ${got ?? 'none'}`,
    PLAN_PATH,
  )
  return undefined
}

// Of the decided run this was asked with the statements; here the second run is the one that counts.
function checkStatements(
  inspection: Inspection,
  { run, plan, subject }: Regeneration,
  statements: readonly ProvenStatement[],
): void {
  const wanted = canonicalBytes(subjectsOf(subject))
  for (const statement of statements) {
    if (statement.kind !== 'gate-run' || statement.predicate.run !== run) continue
    const path = statementPath(statement.id)
    if (!bytesEqual(canonicalBytes(statement.subject), wanted))
      inspection.find(
        'VERIFY_STATEMENT_SUBJECT_DIFFERS',
        'expected the digests of the second set, got others',
        path,
      )
    if (statement.predicate.plan !== plan)
      inspection.find(
        'VERIFY_STATEMENT_PLAN_DIFFERS',
        `expected the plan ${plan} of the second set, got ${statement.predicate.plan}`,
        path,
      )
  }
}

function provenOf(
  contents: BundleContents,
  secondPlan: Plan,
  { run, subject, diff }: Regeneration,
): ProvenRegeneration {
  const titles = new Map(
    [...secondPlan.gates, ...contents.plan.gates].map(({ id, title }) => [id, title]),
  )
  const alarms = new Set(alarmsOf(contents.plan, diff).map(({ gate }) => gate))
  return {
    run,
    environment: subject.environment,
    gates: diff.map((row) => ({
      ...row,
      title: titles.get(row.gate) ?? row.gate,
      isAlarming: alarms.has(row.gate),
    })),
  }
}

const WORDS: readonly DiffWord[] = ['worse', 'missing', 'new', 'better', 'same']

function tally({ gates }: ProvenRegeneration): string {
  return WORDS.map((word) => `${gates.filter((gate) => gate.word === word).length} ${word}`).join(
    ', ',
  )
}
