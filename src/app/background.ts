// Background work of the composed house: webhooks, notifications, the kinds of jobs there are, and what a serving process runs.
import { makeAuditKeeper } from '../audit/index.ts'
import { makeDispatchJob } from '../dispatch/index.ts'
import { makeDrillJob, makeJobDesk, makeJobs, makeJobWorker } from '../job/index.ts'
import { Doorbell } from '../kernel/index.ts'
import type {
  Clock,
  Digest,
  GuardedFetch,
  GuardedMail,
  Jobs,
  Log,
  PubSub,
  Random,
  Seal,
  Signer,
  Sql,
  Tracing,
} from '../kernel/index.ts'
import {
  makeLedgerFollower,
  makeLedgerJobs,
  makeLedgerReaders,
  makePayloadSealer,
} from '../ledger/index.ts'
import type { Ledger, LedgerReaders, PayloadKeys } from '../ledger/index.ts'
import { makeDeliverJob, makeOutbox, Webhooks } from '../webhook/index.ts'
import type { Outbox } from '../webhook/index.ts'
import { makeKeptAnswerPurge } from '../web/index.ts'
import {
  makeForeseeJob,
  makeNotificationDesk,
  makeNotifyJob,
  ruleTerms,
} from '../notification/index.ts'
import type { AttemptOutcome, Foreseen, NotificationDesk } from '../notification/index.ts'

export interface BackgroundPorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly random: Random
  readonly digest: Digest
  readonly pubSub: PubSub
  readonly ledger: Ledger
  readonly payloadKeys: PayloadKeys
  readonly log: Log
  /** To addresses that people of a tenant chose. */
  readonly fetch: GuardedFetch
  readonly mail: GuardedMail
  /** What opens channels is kept under it. */
  readonly seal: Seal
  readonly masterSecret: Uint8Array
  seedSigner(seed: Uint8Array): Signer
  readonly appendBell: Doorbell
  /** @param isEnding when nothing is left for later */
  recordTallies(isEnding: boolean): Promise<void>
  /** Of the releases of a tenant: they are known above. */
  foresee(tenantId: string): Promise<readonly Foreseen[]>
  countAttempt(outcome: AttemptOutcome): void
  readonly actor: string
  readonly userAgent: string
  readonly tracing: Tracing
}

/** What goes on without being asked, once it is started. */
export interface BackgroundWork {
  start(): Promise<void>
  /** Lets what runs end within a while; the rest goes on elsewhere, or after the next start. */
  stop(): Promise<void>
}

export interface Background {
  readonly jobs: Jobs
  readonly desk: ReturnType<typeof makeJobDesk>
  readonly webhooks: Webhooks
  readonly notifications: NotificationDesk
  readonly readers: LedgerReaders
  readonly work: BackgroundWork
}

export function makeBackground(ports: BackgroundPorts): Background {
  const jobs = makeJobs(ports)
  const readers = makeLedgerReaders(ports)
  const notifyPorts = { ...ports, jobs }
  const kinds = [
    ...makeLedgerJobs(ports.ledger, ports.clock),
    makeDeliverJob(ports),
    makeNotifyJob(notifyPorts),
    makeForeseeJob(ports),
    makeDrillJob(),
    makeDispatchJob(ports),
  ]
  const worker = makeJobWorker({ ...ports, jobs }, kinds)
  const outbox: Outbox = makeOutbox({ ...ports, readers, jobs })
  // The bell of appends has one listener, the outbox: rules look for themselves.
  const rules = makeLedgerFollower(
    { ...ports, readers, bell: new Doorbell() },
    ruleTerms(notifyPorts),
  )
  const purge = makeKeptAnswerPurge(ports)
  const sealer = makePayloadSealer(ports)
  const keeper = makeAuditKeeper({ ...ports, readers }, (isEnding) => ports.recordTallies(isEnding))
  return {
    jobs,
    desk: makeJobDesk(ports, jobs, kinds),
    webhooks: new Webhooks({ ...ports, jobs }),
    notifications: makeNotificationDesk(notifyPorts),
    readers,
    work: {
      async start() {
        await worker.start()
        outbox.start()
        rules.start()
        purge.start()
        sealer.start()
        keeper.start()
      },
      async stop() {
        await keeper.stop()
        await purge.stop()
        await sealer.stop()
        await outbox.stop()
        await rules.stop()
        await worker.stop()
      },
    },
  }
}
