// Webhooks over the test database with a real worker and real sockets, and receivers that do what a test says.
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { makeJobWorker } from '../src/job/index.ts'
import { Doorbell } from '../src/kernel/index.ts'
import type { Clock, GuardedFetch, JobKind } from '../src/kernel/index.ts'
import { makeLedger, makeLedgerReaders } from '../src/ledger/index.ts'
import type { Ledger } from '../src/ledger/index.ts'
import { makeGuardedFetch, seedSigner, systemClock } from '../src/platform/index.ts'
import { makeDeliverJob, makeOutbox, Webhooks, webhookSlice } from '../src/webhook/index.ts'
import { nodeDigest, nodeRandom, nodeVerifier, testSigner } from './crypto.ts'
import { openTestSql } from './database.ts'
import { openYard, SILENT_LOG } from './jobs.ts'
import type { Yard } from './jobs.ts'
import { testPayloadKeys } from './payload-keys.ts'

export interface Exchange extends Yard {
  readonly webhooks: Webhooks
  readonly ledger: Ledger
  readonly kind: JobKind
  /** Outbox and worker, until the test ends. */
  deliver(t: TestContext): Promise<void>
  append(count: number): Promise<void>
}

export interface Received {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** @param changed the clock of deliveries, and where they may go */
export async function openExchange(
  changed: { readonly clock?: Clock; readonly fetch?: GuardedFetch } = {},
): Promise<Exchange> {
  const yard = await openYard()
  const { migrations } = webhookSlice
  if (migrations === undefined) throw new Error('expected webhooks to have migrations')
  await openTestSql([{ name: 'webhook', migrations }])
  const clock = changed.clock ?? systemClock
  const appendBell = new Doorbell()
  const ports = { sql: yard.sql, clock, random: nodeRandom, digest: nodeDigest }
  const ledger = makeLedger({
    ...ports,
    clock: systemClock,
    verifier: nodeVerifier,
    signer: testSigner('ed25519'),
    payloadKeys: testPayloadKeys(),
    originPrefix: 'ships.example',
    producer: { producer: 'seaworthy-test', version: '0.0.0' },
    onAppend: () => appendBell.ring(),
  })
  const own = {
    ...ports,
    ledger,
    jobs: yard.jobs,
    log: SILENT_LOG,
    readers: makeLedgerReaders({ ...ports, payloadKeys: testPayloadKeys() }),
    fetch: changed.fetch ?? makeGuardedFetch({ allowsLoopback: true }),
    masterSecret: new Uint8Array(32).fill(5),
    seedSigner,
    actor: 'control-plane-test',
    userAgent: 'seaworthy/0.0.0',
  }
  const kind = makeDeliverJob(own)
  return {
    ...yard,
    ledger,
    kind,
    webhooks: new Webhooks(own),
    async deliver(t) {
      const worker = makeJobWorker({ ...own, clock: systemClock, pubSub: yard.pubSub }, [kind])
      const outbox = makeOutbox({ ...own, appendBell })
      await worker.start()
      outbox.start()
      t.after(async () => {
        await outbox.stop()
        await worker.stop(200)
      })
    },
    async append(count) {
      const facts = Array.from({ length: count }, (_, n) => ({
        type: 'note.appended',
        actor: 'p-1',
        subject: 'harbour@2.1.0',
        payload: { n },
        refs: [],
      }))
      await ledger.append(yard.tenantId, facts)
    },
  }
}

/** A receiver that keeps what came, and answers as the test says; 204 otherwise. */
export async function openReceiver(
  t: TestContext,
  answer?: (request: IncomingMessage, response: ServerResponse, nth: number) => void,
): Promise<{ readonly url: string; readonly received: Received[] }> {
  const received: Received[] = []
  const listener: RequestListener = (request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const headers = request.headers as Record<string, string>
      received.push({ headers, body: Buffer.concat(parts).toString() })
      if (answer !== undefined) answer(request, response, received.length)
      else response.writeHead(204).end()
    })
  }
  const server = createServer(listener)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/hooks`, received }
}

export const WISH = { kinds: ['note.*'], description: '', hasBodySignature: true } as const
