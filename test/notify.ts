// Notifications over the test database with a real worker and real sockets, and mail servers that do what a test says.
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { SMTPServer } from 'smtp-server'
import type { SMTPServerOptions } from 'smtp-server'
import { Doorbell } from '../src/kernel/index.ts'
import { makeLedger, makeLedgerFollower, makeLedgerReaders } from '../src/ledger/index.ts'
import type { Clock, GuardedFetch, GuardedMail, Log } from '../src/kernel/index.ts'
import {
  makeGuardedFetch,
  makeGuardedMail,
  openSeal,
  seedSigner,
  systemClock,
} from '../src/platform/index.ts'
import {
  makeNotificationDesk,
  makeNotifyJob,
  notificationSlice,
  ruleTerms,
} from '../src/notification/index.ts'
import type { AttemptOutcome, DeliverPorts, NotificationDesk } from '../src/notification/index.ts'
import { nodeDigest, nodeRandom, nodeVerifier, testSigner } from './crypto.ts'
import { openTestSql } from './database.ts'
import { openYard, SILENT_LOG } from './jobs.ts'
import type { Yard } from './jobs.ts'
import { testPayloadKeys } from './payload-keys.ts'

const MASTER_SECRET = new Uint8Array(32).fill(7)

export interface Signalhouse extends Yard, NotificationDesk {
  readonly ports: DeliverPorts
  /** What attempts came to, as the metrics count it. */
  readonly outcomes: readonly AttemptOutcome[]
  /** What follows the ledger for rules, until the test ends. @param log instead of none */
  follow(t: TestContext, log?: Log): void
  /** A worker, until the test ends. */
  deliver(t: TestContext): Promise<void>
  /** Payloads of the facts of one type, oldest first. */
  facts(type: string): Promise<readonly Readonly<Record<string, unknown>>[]>
}

/** @param changed the clock, and where requests and mail may go */
export async function openSignalhouse(
  changed: {
    readonly clock?: Clock
    readonly fetch?: GuardedFetch
    readonly mail?: GuardedMail
  } = {},
): Promise<Signalhouse> {
  const yard = await openYard()
  const { migrations } = notificationSlice
  if (migrations === undefined) throw new Error('expected notifications to have migrations')
  await openTestSql([{ name: 'notification', migrations }])
  // By the real clock: rules hear of facts from their making on.
  const ledger = makeLedger({
    sql: yard.sql,
    clock: systemClock,
    random: nodeRandom,
    digest: nodeDigest,
    verifier: nodeVerifier,
    signer: testSigner('ed25519'),
    payloadKeys: testPayloadKeys(),
    originPrefix: 'ships.example',
    producer: { producer: 'seaworthy-test', version: '0.0.0' },
  })
  const outcomes: AttemptOutcome[] = []
  const ports: DeliverPorts = {
    sql: yard.sql,
    clock: changed.clock ?? systemClock,
    random: nodeRandom,
    digest: nodeDigest,
    ledger,
    jobs: yard.jobs,
    fetch: changed.fetch ?? makeGuardedFetch({ allowsLoopback: true }),
    mail: changed.mail ?? makeGuardedMail({ allowsLoopback: true }),
    seal: openSeal(MASTER_SECRET, 'notification channels', nodeRandom),
    masterSecret: MASTER_SECRET,
    seedSigner,
    countAttempt: (outcome) => void outcomes.push(outcome),
    actor: 'control-plane-test',
    userAgent: 'seaworthy/0.0.0',
  }
  return {
    ...yard,
    ledger,
    ports,
    outcomes,
    ...makeNotificationDesk(ports),
    follow(t, log = SILENT_LOG) {
      const readers = makeLedgerReaders({ ...ports, payloadKeys: testPayloadKeys() })
      const bell = new Doorbell()
      const terms = ruleTerms({ ...ports, log })
      const follower = makeLedgerFollower({ clock: systemClock, log, readers, bell }, terms)
      follower.start()
      t.after(() => follower.stop())
    },
    async deliver(t) {
      await yard.work(t, [makeNotifyJob(ports)])
    },
    async facts(type) {
      const { entries } = await ledger.list(yard.tenantId, { type, limit: 1_000 })
      const payloads = await Promise.all(
        entries.map(({ seq }) => ledger.payloadOf(yard.tenantId, seq)),
      )
      return payloads.map((payload) => payload?.value as Readonly<Record<string, unknown>>)
    },
  }
}

export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  /** As it came. */
  readonly text: string
}

/** A real mail server on this machine that takes everything, but for what the options say. */
export async function openMailServer(
  t: TestContext,
  options: SMTPServerOptions = {},
): Promise<{ readonly port: number; readonly received: ReceivedMail[] }> {
  const received: ReceivedMail[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onData(stream, session, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(parts).toString('utf8'),
        })
        done(null, `Ok: queued as Q${received.length}`)
      })
    },
    ...options,
  })
  server.on('error', () => undefined)
  const listening = server.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  t.after(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return { port: (listening.address() as AddressInfo).port, received }
}

/** Bytes as a test says, for servers that no library would be. */
export async function openRawServer(
  t: TestContext,
  onConnection: (socket: Socket) => void,
): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    onConnection(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

export function mailTarget(port: number, to: readonly string[] = ['crew@example.org']) {
  return {
    kind: 'email',
    host: '127.0.0.1',
    port,
    security: 'none',
    from: 'release@example.com',
    to: [...to],
  } as const
}

export function channelWish<Target>(name: string, target: Target) {
  return { name, ratePerMinute: 600, target }
}

export const NOTICE = {
  title: 'Harbour 2.1.0: NO_GO',
  text: '# Why\n- **backup drill** failed\n- load',
  fields: [{ name: 'release', value: 'harbour@2.1.0' }],
  urgency: 'critical',
  topic: 'decision/harbour@2.1.0',
} as const
