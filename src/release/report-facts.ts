// Gathers what reports are rendered from: frozen inputs of decisions, and the facts the ledger has of the release.
import { z } from 'zod'
import { utf8Text } from '../kernel/index.ts'
import type { ContentDigest } from '../kernel/index.ts'
import { formatReleaseName } from '../gates/index.ts'
import type { LedgerEntry } from '../ledger/index.ts'
import type { DecidedState, RecordedFact, ReportFacts } from '../report/index.ts'
import { foldRegister } from '../register/index.ts'
import { decide, parseDecisionInputs, parsePlan } from '../verdict/index.ts'
import type { DecisionInputs } from '../verdict/index.ts'
import type { ReleaseContext } from './context.ts'
import { listEntries } from './entries.ts'
import { readLatestDecision } from './latest-decision.ts'
import { freezeInputs } from './review.ts'
import type { GatheredRelease } from './review.ts'
import type { ReleaseKey, StoredDecision } from './store.ts'

const ofRunSchema = z.object({ run: z.string() })
const startedSchema = ofRunSchema.extend({ subject: z.object({ environment: z.string() }) })

/** The newest state of the release, decided or provisional, without its history. */
export async function readReportedState(
  context: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
  gathered: GatheredRelease,
): Promise<ReportFacts> {
  const decided = await readDecision(context, tenantId, release, gathered)
  const inputs = decided?.inputs ?? (await provisionalInputs(context, tenantId, gathered))
  const { plan } = gathered.view
  return {
    ...(await stateOf(context, tenantId, { plan, inputs })),
    ...(decided === undefined ? {} : { statement: decided.statement }),
    controls: foldRegister(gathered.acts).register.controls,
  }
}

/** What a recorded decision rests on, whatever was run since; without history and controls. */
export async function readStateOfDecision(
  context: ReleaseContext,
  tenantId: string,
  decision: StoredDecision,
): Promise<ReportFacts> {
  const inputs = await readInputs(context, tenantId, decision.inputsDigest)
  const planBytes = await context.ports.evidence.read(tenantId, inputs.plan)
  const plan = parsePlan(JSON.parse(utf8Text(planBytes)))
  const state = await stateOf(context, tenantId, { plan, inputs })
  return { ...state, statement: decision.statementId }
}

async function stateOf(
  context: ReleaseContext,
  tenantId: string,
  { plan, inputs }: Pick<DecidedState, 'plan' | 'inputs'>,
): Promise<ReportFacts> {
  const people = await context.ports.identity.list(tenantId)
  return {
    release: formatReleaseName(inputs.subject),
    plan,
    inputs,
    verdict: decide(context.ports.digest, plan, inputs),
    names: Object.fromEntries(people.map((person) => [person.id, person.displayName])),
    facts: [],
  }
}

/** Adds every recorded fact but those of runs in other environments, the first decision, and the newest decision on another run. */
export async function addHistory(
  context: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
  state: ReportFacts,
): Promise<ReportFacts> {
  const all = await listEntries(context, tenantId, formatReleaseName(release))
  const told = await Promise.all(all.map((entry) => readFact(context, tenantId, entry)))
  const elsewhere = runsElsewhere(told, state.inputs.subject.environment)
  const facts = told.filter(({ payload }) => !elsewhere.has(runOf(payload) ?? ''))
  const shown = new Set(facts.map(({ seq }) => seq))
  const entries = all.filter(({ seq }) => shown.has(seq))
  const decided = entries.filter(({ body }) => body.type === 'release.decided')
  const firstEntry = decided.find(({ body }) => body.refs[0] !== state.statement)
  const isFirstShown = decided[0]?.body.refs[0] === state.statement
  const first =
    firstEntry === undefined || isFirstShown
      ? undefined
      : await readDecided(context, tenantId, firstEntry)
  const earlier = await findEarlier(context, tenantId, decided, state.inputs.run)
  return {
    ...state,
    facts,
    ...(first === undefined ? {} : { first }),
    ...(earlier === undefined ? {} : { earlier }),
  }
}

function runsElsewhere(facts: readonly RecordedFact[], environment: string): ReadonlySet<string> {
  return new Set(
    facts.flatMap(({ type, payload }) => {
      const started = type === 'run.started' ? startedSchema.safeParse(payload).data : undefined
      // What was erased is not known to be elsewhere.
      const isHere = started === undefined || started.subject.environment === environment
      return isHere ? [] : [started.run]
    }),
  )
}

function runOf(payload: unknown): string | undefined {
  return ofRunSchema.safeParse(payload).data?.run
}

async function readFact(
  context: ReleaseContext,
  tenantId: string,
  { seq, timeMs, body }: LedgerEntry,
): Promise<RecordedFact> {
  const payload = await context.ports.ledger.payloadOf(tenantId, seq)
  const fact = { seq, atMs: timeMs, type: body.type, actor: body.actor }
  return payload === undefined ? fact : { ...fact, payload: payload.value }
}

/** Decisions looked at for one on another run; a release decided more often on one run shows no earlier set. */
const EARLIER_LIMIT_COUNT = 50

async function findEarlier(
  context: ReleaseContext,
  tenantId: string,
  decided: readonly LedgerEntry[],
  run: string,
): Promise<DecidedState | undefined> {
  for (const entry of decided.toReversed().slice(0, EARLIER_LIMIT_COUNT)) {
    const state = await readDecided(context, tenantId, entry)
    if (state !== undefined && state.inputs.run !== run) return state
  }
  return undefined
}

async function readDecided(
  context: ReleaseContext,
  tenantId: string,
  entry: LedgerEntry,
): Promise<DecidedState | undefined> {
  const inputsDigest = entry.body.refs[1]
  if (inputsDigest === undefined) return undefined
  const inputs = await readInputs(context, tenantId, inputsDigest)
  const planBytes = await context.ports.evidence.read(tenantId, inputs.plan)
  const plan = parsePlan(JSON.parse(utf8Text(planBytes)))
  return { plan, inputs, verdict: decide(context.ports.digest, plan, inputs) }
}

async function readInputs(
  context: ReleaseContext,
  tenantId: string,
  inputsDigest: ContentDigest,
): Promise<DecisionInputs> {
  const bytes = await context.ports.evidence.read(tenantId, inputsDigest)
  return parseDecisionInputs(JSON.parse(utf8Text(bytes)))
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
  const inputs = await readInputs(context, tenantId, stored.inputsDigest)
  return { inputs, statement: stored.statementId }
}

async function provisionalInputs(
  context: ReleaseContext,
  tenantId: string,
  gathered: GatheredRelease,
): Promise<DecisionInputs> {
  const { origin, size, root } = await context.ports.ledger.checkpoint(tenantId)
  return freezeInputs(context.ports.digest, gathered, {
    asOfMs: context.ports.clock.nowMs(),
    checkpoint: { origin, size, root },
    integrity: { ok: true, findings: [] },
  })
}
