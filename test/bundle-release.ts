// The release that every test bundle is about: its plan, its subject, its moments.
import { canonicalize, contentDigest, utf8Bytes } from '../src/kernel/index.ts'
import type { ContentDigest, Json } from '../src/kernel/index.ts'
import { releaseDigestOf } from '../src/proof/index.ts'
import { settleRun } from '../src/verdict/index.ts'
import type { DecisionInputs, Plan, PlanGate, RecordedGate, Subject } from '../src/verdict/index.ts'
import { nodeDigest } from './crypto.ts'

export const START_MS = Date.parse('2026-11-21T08:00:00.000Z')

export const SERVICE = 'harbour'

export const VERSION = '2.4.0'

export const RELEASE = `${SERVICE}@${VERSION}`

export const RUN = '0197a000-0000-7000-8000-000000000001'

export const ORIGIN = 'test.example/ledger/harbour'

export const ORIGINAL = utf8Bytes(
  '# Release 2.4.0\n\n- [ ] migration applied: rows ____\n- [ ] on-call told\n',
)

export function aSubject(): Subject {
  const environment = 'staging'
  return {
    service: SERVICE,
    version: VERSION,
    environment,
    digests: { release: releaseDigestOf(nodeDigest, SERVICE, VERSION, environment) },
    commit: '6f'.repeat(20),
  }
}

/** The plan of every bundle that is built here: a command gate, a manual gate, two roles. */
export function aPlan(): Plan {
  const gate = (
    id: string,
    title: string,
    line: number,
  ): Omit<PlanGate, 'check' | 'assertions' | 'slots'> => ({
    id,
    title,
    section: 'Release',
    severity: 'required',
    needs: [],
    effect: 'read',
    provenRead: true,
    parameters: [],
    holes: [],
    toggles: [],
    timeoutMs: 60_000,
    retries: 1,
    unsound: [],
    source: { line, sha256: contentDigest(nodeDigest.sha256(utf8Bytes(title))) },
  })
  return {
    format: 'seaworthy-plan/1',
    source: { name: 'checklist.md', sha256: contentDigest(nodeDigest.sha256(ORIGINAL)) },
    service: SERVICE,
    version: VERSION,
    environment: 'staging',
    gates: [
      {
        ...gate('release/migration', 'Migration applied', 3),
        check: { type: 'command', language: 'bash', script: 'echo "rows: $(wc -l < rows)"' },
        assertions: [{ read: { from: 'slot', slot: 'rows' }, op: 'gt', value: 0, fills: ['rows'] }],
        slots: [{ id: 'rows', label: 'rows' }],
      },
      {
        ...gate('release/on-call', 'On-call told', 4),
        check: { type: 'manual', question: 'Does the on-call person know?' },
        assertions: [{ read: { from: 'answer' }, op: 'eq', value: true }],
        slots: [],
      },
    ],
    signOffs: [
      { role: 'release-manager', minimum: 1 },
      { role: 'operations', minimum: 1 },
    ],
  }
}

export function inputsOf(
  plan: Plan,
  planHash: ContentDigest,
  subject: Subject,
  recorded: ReadonlyMap<string, RecordedGate>,
): DecisionInputs {
  const terms = { parameters: {}, confirmed: [] }
  return {
    format: 'seaworthy-decision-inputs/1',
    plan: planHash,
    run: RUN,
    terms,
    subject,
    results: settleRun(nodeDigest, plan, terms, recorded),
    risks: [],
    waivers: [],
    conditions: [],
    policy: { nonWaivable: [], goLifetimeMs: 86_400_000, minimumErrorBudget: 0 },
    signOffs: [],
    freeze: [],
    asOfMs: START_MS + 40_000,
    checkpoint: { origin: ORIGIN, size: 0, root: '' },
    integrity: { ok: true, findings: [] },
  }
}

export function instantAt(seconds: number): string {
  return new Date(START_MS + seconds * 1000).toISOString()
}

export function jsonOf(value: unknown): Json {
  return JSON.parse(canonicalize(value)) as Json
}
