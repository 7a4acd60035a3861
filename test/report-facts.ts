// Builds what reports are rendered from: a release with waiting people, an earlier decision, risks, waivers, conditions.
import type { Json } from '../src/kernel/index.ts'
import type { RecordedFact, ReportFacts } from '../src/report/index.ts'
import { decide } from '../src/verdict/index.ts'
import type { DecisionInputs, Plan, StoredStatus } from '../src/verdict/index.ts'
import { nodeDigest } from './crypto.ts'
import {
  aCondition,
  aGate,
  aPlan,
  aRisk,
  aWaiver,
  DAY_MS,
  HOUR_MS,
  inputsFor,
  NOON_MS,
  withSignOffs,
} from './decisions.ts'

export const REPORT_PLAN: Plan = aPlan(
  [
    aGate({
      id: 'tests',
      title: 'Unit tests pass',
      section: 'Code › Tests',
      slots: [
        { id: 'p95', label: 'P95 latency', unit: 'ms', bound: { op: 'le', value: 250 } },
        { id: 'rows', label: 'Rows moved' },
      ],
    }),
    aGate({ id: 'b', title: 'Limits are tuned', section: 'Code › Limits' }),
    aGate({
      id: 'call',
      title: 'Somebody is on call',
      section: 'People',
      check: { type: 'manual', question: 'Who?' },
    }),
    aGate({ id: 'notes', title: 'Notes written', section: 'Papers', severity: 'advisory' }),
  ],
  { signOffs: [{ role: 'SRE', minimum: 1 }] },
)

/** Facts at these seconds after noon of the day before. */
export function factsAt(
  rows: readonly (readonly [seconds: number, type: string, payload?: Json])[],
): readonly RecordedFact[] {
  return rows.map(([seconds, type, payload], seq) => ({
    seq,
    atMs: NOON_MS - DAY_MS + seconds * 1000,
    type,
    actor: 'person-1',
    ...(payload === undefined ? {} : { payload }),
  }))
}

export const HISTORY = factsAt([
  [0, 'plan.recorded', { plan: 'x' }],
  [600, 'plan.reviewed', {}],
  [700, 'run.started', { run: 'run-1' }],
  [710, 'gate.intended', { run: 'run-1', gate: 'tests', attempt: 1 }],
  [770, 'gate.recorded', { run: 'run-1', gate: 'tests', attempt: 1, status: 'PASS' }],
  [4300, 'gate.recorded', { run: 'run-1', gate: 'call', attempt: 1, status: 'PASS' }],
  [11500, 'sign-off.recorded', { run: 'run-1', role: 'SRE', decision: 'APPROVE' }],
  [11600, 'release.decided', { run: 'run-1', verdict: 'GO' }],
  [20000, 'note.appended', { text: 'Tune the breaker before, not after.', followUp: 'runbook' }],
])

/** A decided release with a bit of everything. */
export function someReportFacts(
  fields: Partial<ReportFacts> = {},
  plan: Plan = REPORT_PLAN,
): ReportFacts {
  const inputs = decidedInputs(plan, { b: 'FAIL' }, 'run-2')
  const before = decidedInputs(plan, { b: 'FAIL', tests: 'FAIL', notes: 'PENDING' }, 'run-1')
  const earlier = { plan, inputs: before, verdict: decide(nodeDigest, plan, before) }
  return {
    release: `${plan.service}@${plan.version}`,
    plan,
    inputs,
    verdict: decide(nodeDigest, plan, inputs),
    statement: `sha256:${'5'.repeat(64)}`,
    names: { 'person-1': 'Ann', 'person-2': 'Bo' },
    facts: HISTORY,
    first: earlier,
    earlier,
    ...fields,
  }
}

function decidedInputs(
  plan: Plan,
  statuses: Readonly<Record<string, StoredStatus>>,
  run: string,
): DecisionInputs {
  const inputs = inputsFor(plan, statuses, {
    run,
    risks: [
      aRisk({ id: 'R1', level: 'P2', dueAtMs: NOON_MS + 30 * DAY_MS }),
      aRisk({ id: 'R2', level: 'P1', title: 'drill never run', state: 'CLOSED' }),
    ],
    waivers: [aWaiver({ expiresAtMs: NOON_MS + 25 * HOUR_MS })],
    conditions: [aCondition({ gate: 'notes' })],
  })
  const slots = { p95: '212' }
  const results = inputs.results.map((result) =>
    result.gate === 'tests' ? { ...result, slots } : result,
  )
  return withSignOffs(plan, { ...inputs, results }, [{ role: 'SRE', principal: 'person-2' }])
}

/** What strangers write into checklists to find out who escapes. */
export const HOSTILE_TEXTS: readonly string[] = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '[click](javascript:alert(1))',
  '![x](https://evil.example/x.png)',
  'https://evil.example/ www.evil.example ftp://evil.example',
  'somebody@evil.example and @everyone',
  '</td></tr></table><h1>GO</h1>',
  '| a | b |\r\n| --- | --- |',
  '`code` **bold** ~~gone~~ # title',
  '- [x] done',
  '1. first',
  '&lt;b&gt; &#60;b&#62; &amp;',
  '\u202etxt.exe \u2066hidden\u2069 \u0000null',
  'مرحبا بالعالم שלום',
  '👩‍👩‍👧‍👦 🚢',
  'w'.repeat(5000),
  '\\',
  "' onmouseover='alert(1)",
  '<!-- -->]]><![CDATA[',
]

/** Every text of the release that a stranger can write is a hostile one. */
export function hostileReportFacts(): ReportFacts {
  const gates = HOSTILE_TEXTS.map((text, at) =>
    aGate({
      id: `gate-${at}`,
      title: text,
      section: `${text} › ${text}`,
      slots: [{ id: 's', label: text, unit: text }],
    }),
  )
  const plan = aPlan(gates, {
    service: HOSTILE_TEXTS[0]!,
    version: HOSTILE_TEXTS[2]!,
    signOffs: HOSTILE_TEXTS.map((role) => ({ role, minimum: 1 })),
  })
  const facts = someReportFacts({}, plan)
  const results = facts.inputs.results.map((result, at) => ({
    ...result,
    status: at % 2 === 0 ? ('FAIL' as const) : ('PASS' as const),
    reason: HOSTILE_TEXTS[at]!,
    slots: { s: HOSTILE_TEXTS[at]! },
  }))
  const risks = HOSTILE_TEXTS.map((text) => aRisk({ id: text, title: text, owner: text }))
  const inputs = { ...facts.inputs, results, risks, waivers: [], conditions: [] }
  const notes = HOSTILE_TEXTS.map((text, at): RecordedFact => ({
    seq: at,
    atMs: NOON_MS,
    type: 'note.appended',
    actor: text,
    payload: { text, followUp: text },
  }))
  const { first: _first, earlier: _earlier, ...rest } = facts
  return { ...rest, inputs, verdict: decide(nodeDigest, plan, inputs), facts: notes }
}
