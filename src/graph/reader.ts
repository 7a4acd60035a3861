// Reads for one request and one tenant: each thing once, and of many things of a kind all at once.
import type { RecordedStatement, ObjectRow } from '../evidence/index.ts'
import type { PlacedRelease, ReleaseName } from '../gates/index.ts'
import type { RegisteredPrincipal } from '../identity/index.ts'
import { isContentDigest, SeaworthyError } from '../kernel/index.ts'
import type { Turns } from '../kernel/index.ts'
import type { LedgerEntry, SignedCheckpoint } from '../ledger/index.ts'
import type { ReleaseReview } from '../release/index.ts'
import { standingsOf, withRollUps } from '../verdict/index.ts'
import type { GateStanding, Reason } from '../verdict/index.ts'
import { batched, once } from './batch.ts'
import type { GraphPorts } from './model.ts'

/** A gate as it stands at the moment of the review. */
export interface StandingGate extends GateStanding {
  /** Why the verdict does not like it. */
  readonly objections: readonly Reason[]
}

export interface GatheredGraph {
  readonly release: PlacedRelease
  readonly review: ReleaseReview
  readonly gates: readonly StandingGate[]
}

/** What gathering a release waits for, and what ends it. */
export interface Gathering {
  /** Of all queries together. */
  readonly turns: Turns
  /** The execution was ended: nobody reads any more what is gathered. */
  isOver(): boolean
  /** Pays for a release that was gathered, by its gates. @throws GRAPH_QUERY_REFUSED, GRAPH_POINTS_SPENT */
  pay(gateCount: number): Promise<void>
}

const NO_REASONS: readonly Reason[] = []

export class GraphReader {
  readonly tenantId: string
  readonly ports: GraphPorts
  readonly checkpoint: () => Promise<SignedCheckpoint | undefined>
  readonly statement: (digest: string) => Promise<RecordedStatement | undefined>
  readonly object: (digest: string) => Promise<ObjectRow | undefined>
  readonly entry: (seq: string) => Promise<LedgerEntry | undefined>
  readonly #gathering: Gathering
  readonly #signers: () => Promise<ReadonlyMap<string, RegisteredPrincipal>>
  readonly #releases = new Map<string, Promise<GatheredGraph | undefined>>()
  readonly #positions = new Map<string, (digest: string) => Promise<number | undefined>>()

  constructor(ports: GraphPorts, tenantId: string, gathering: Gathering) {
    const { evidence, identity, ledger } = ports
    this.ports = ports
    this.tenantId = tenantId
    this.#gathering = gathering
    this.checkpoint = once(() => orNone(() => ledger.latestCheckpoint(tenantId)))
    this.statement = batched((ids) => evidence.statementsOf(tenantId, ids))
    this.object = batched((digests) => evidence.describe(tenantId, digests))
    this.entry = batched(async (seqs) => {
      const entries = await ledger.entriesAt(tenantId, seqs.map(Number))
      return new Map(entries.map((entry) => [String(entry.seq), entry]))
    })
    this.#signers = once(async () => {
      const people = await identity.list(tenantId)
      return new Map(people.map((each) => [each.keyId, each]))
    })
  }

  async signer(keyId: string): Promise<RegisteredPrincipal | undefined> {
    return (await this.#signers()).get(keyId)
  }

  /** Where the ledger names a statement first. @param subject what its entry is about, where that is known */
  position(digest: string, subject?: string): Promise<number | undefined> {
    const name = subject ?? ''
    const known = this.#positions.get(name) ?? this.#makePositions(subject)
    this.#positions.set(name, known)
    return known(digest)
  }

  /** What a route would answer about the release; undefined where it would say that there is none. */
  release(release: ReleaseName): Promise<GatheredGraph | undefined> {
    const kept = this.#releases.get(nameOf(release))
    if (kept !== undefined) return kept
    const known = this.#gatherInTurn(release).then((found) => {
      // Asked for by its environment later, it is the same one.
      if (found !== undefined) this.#releases.set(nameOf(found.release), known)
      return found
    })
    this.#releases.set(nameOf(release), known)
    return known
  }

  #makePositions(subject: string | undefined): (digest: string) => Promise<number | undefined> {
    const { ledger } = this.ports
    return batched((digests) =>
      ledger.positionsOf(this.tenantId, digests.filter(isContentDigest), subject),
    )
  }

  #gatherInTurn(release: ReleaseName): Promise<GatheredGraph | undefined> {
    const { turns, isOver } = this.#gathering
    return turns.take(() => {
      if (isOver()) throw new Error('the execution was ended before its turn')
      return this.#gather(release)
    })
  }

  async #gather(release: ReleaseName): Promise<GatheredGraph | undefined> {
    const review = await orNone(() => this.ports.releases.review(this.tenantId, release))
    if (review === undefined) return undefined
    const { plan, results, verdict } = review
    await this.#gathering.pay(plan.gates.length)
    const inputs = { results, asOfMs: verdict.asOfMs }
    const leaves = standingsOf(this.ports.digest, plan, inputs)
    const standings = withRollUps(plan, leaves, (child) => child.status)
    const objections = Map.groupBy(verdict.reasons, ({ gate }) => gate)
    const gates = plan.gates.flatMap((gate): StandingGate[] => {
      const standing = standings.get(gate.id)
      return standing === undefined
        ? []
        : [{ ...standing, objections: objections.get(gate.id) ?? NO_REASONS }]
    })
    const { environment } = review.subject
    return { release: { ...release, environment }, review, gates }
  }
}

/** What the house says is not there is null in a graph; every other fault stays one. */
async function orNone<Value>(read: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof SeaworthyError && error.row.status === 404) return undefined
    throw error
  }
}

function nameOf({ service, version, environment }: ReleaseName): string {
  return JSON.stringify([service, version, environment ?? null])
}
