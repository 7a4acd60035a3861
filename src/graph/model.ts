// What the graph reads from: the rooms below, each asked as their own routes ask them.
import type { Evidence } from '../evidence/index.ts'
import type { Runs } from '../gates/index.ts'
import type { GuardSink } from '../guard/index.ts'
import type { Identity } from '../identity/index.ts'
import type { Clock, Digest, Log } from '../kernel/index.ts'
import type { Ledger } from '../ledger/index.ts'
import type { Releases } from '../release/index.ts'

export interface GraphPorts {
  readonly clock: Clock
  readonly digest: Digest
  readonly log: Log
  readonly evidence: Pick<Evidence, 'describe' | 'statementsOf'>
  readonly identity: Pick<Identity, 'list'>
  readonly ledger: Pick<Ledger, 'entriesAt' | 'latestCheckpoint' | 'list' | 'positionsOf'>
  readonly releases: Pick<Releases, 'review'>
  readonly runs: Pick<Runs, 'listReleasePage'>
  /** Hears what queries cost and which were refused. */
  readonly sink?: GuardSink
}

/** A query as it came. */
export interface GraphQuestion {
  readonly query: string
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined
  readonly operationName?: string | null | undefined
}
