// Asks the control plane what it has of the release that the report is about: gates as they stand now, the newest decision.
import { firstRow } from '../client/index.ts'
import type { CommandContext } from '../client/index.ts'
import { formatReleaseName, parseReleaseName } from '../gates/index.ts'
import type { ReleaseName } from '../gates/index.ts'
import { SeaworthyError } from '../kernel/index.ts'
import { statusAt } from '../verdict/index.ts'
import type { GateResult, Plan, PlanGate, Verdict } from '../verdict/index.ts'
import { claimsFault } from './errors.ts'
import type { LedgerDecision, LedgerGate, LedgerLook } from './ledger-match.ts'
import type { Scene } from './scene.ts'

/** What is read of a release. */
interface ReleaseState {
  readonly release: string
  readonly plan: Plan
  readonly results: readonly GateResult[]
}

/** What is read of the newest decision, decided again. */
interface ReplayedState {
  readonly statement: string
  readonly verdict: Verdict
  readonly differences: readonly string[]
}

/**
 * @param wanted SERVICE@VERSION; else the one that the report names in its front matter, else that of the newest run
 * @throws CLAIMS_RELEASE_UNKNOWN, CLAIMS_RELEASE_OTHER, GATES_RUN_UNKNOWN
 */
export async function lookIntoLedger(
  context: CommandContext,
  scene: Scene,
  wanted: string | undefined,
): Promise<LedgerLook> {
  const named = wanted ?? scene.about.release
  const release = named === undefined ? await newestRelease(context) : parseReleaseName(named)
  if (wanted === undefined) refuseOther(scene, release)
  const path = `/v1/releases/${encodeURIComponent(release.service)}/${encodeURIComponent(release.version)}`
  const state = await context.client.call<ReleaseState>('GET', path)
  const decision = await newestDecision(context, path)
  const results = new Map(state.results.map((result) => [result.gate, result]))
  return {
    release: formatReleaseName(release),
    environment: state.plan.environment,
    gates: state.plan.gates
      // A roll-up is its children, which are compared themselves.
      .filter(({ children }) => children === undefined)
      .map((gate) => gateNow(context, state.plan, gate, results.get(gate.id))),
    ...(decision === undefined ? {} : { decision }),
  }
}

async function newestRelease({ client }: CommandContext): Promise<ReleaseName> {
  const newest = await firstRow<ReleaseName>(client, '/v1/runs')
  if (newest !== undefined) return { service: newest.service, version: newest.version }
  throw claimsFault('CLAIMS_RELEASE_UNKNOWN', 'expected a release with a run, found none')
}

/** A report about one version says nothing of another. */
function refuseOther({ about }: Scene, release: ReleaseName): void {
  const plain = (version: string): string => version.replace(/^v(?=\d)/i, '')
  const isSame = about.versions.some((version) => plain(version) === plain(release.version))
  if (about.versions.length === 0 || isSame) return
  throw claimsFault(
    'CLAIMS_RELEASE_OTHER',
    `expected a report about ${formatReleaseName(release)}, got one about ${about.versions.join(', ')}`,
  )
}

function gateNow(
  { ports }: CommandContext,
  { environment }: Plan,
  gate: PlanGate,
  result: GateResult | undefined,
): LedgerGate {
  const { id, title, section, source } = gate
  const asOfMs = ports.clock.nowMs()
  const { status, reason } =
    result === undefined
      ? { status: 'PENDING', reason: 'there is no result for it' }
      : statusAt(ports.digest, gate, result, { asOfMs, environment })
  const evidence = result?.statement ?? result?.evidence[0]?.digest
  return {
    id,
    title,
    section,
    line: source.line,
    status,
    reason,
    ...(evidence === undefined ? {} : { evidence }),
  }
}

async function newestDecision(
  { client, ports }: CommandContext,
  path: string,
): Promise<LedgerDecision | undefined> {
  const replayed = await client
    .call<ReplayedState>('GET', `${path}/replay`)
    .catch((error: unknown) => {
      if (error instanceof SeaworthyError && error.code === 'RELEASE_DECISION_MISSING')
        return undefined
      throw error
    })
  if (replayed === undefined) return undefined
  const { statement, verdict, differences } = replayed
  const expiresAtMs = verdict.expiresAtMs
  const isOver = expiresAtMs !== undefined && expiresAtMs < ports.clock.nowMs()
  const flaw =
    differences[0] ?? (isOver ? `expired ${new Date(expiresAtMs).toISOString()}` : undefined)
  return { value: verdict.value, statement, ...(flaw === undefined ? {} : { flaw }) }
}
