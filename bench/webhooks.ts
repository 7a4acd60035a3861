// Times deliveries to receivers on this machine and prints markdown lines; SEAWORTHY_TEST_ENGINE says on which database.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { makeWebhookChecks } from '../src/webhook/index.ts'
import { makeLedgerReaders } from '../src/ledger/index.ts'
import { systemClock } from '../src/platform/index.ts'
import { testEngine } from '../test/database.ts'
import { openExchange, WISH } from '../test/webhooks.ts'
import { testPayloadKeys } from '../test/payload-keys.ts'

const ENDPOINT_COUNT = 4
const BURST_COUNT = 1_500
const STEADY_COUNT = 400
const STEADY_PAUSE_MS = 25

if (process.send === undefined) await measure()
else serve(process.send.bind(process))

/** The receivers, in a process of their own: each answers 204 at once. */
function serve(send: (message: unknown) => void): void {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(204).end())
  })
  server.listen(0, '127.0.0.1', () => send((server.address() as AddressInfo).port))
}

async function measure(): Promise<void> {
  const receivers = fork(new URL(import.meta.url))
  const [port] = (await once(receivers, 'message')) as [number]
  const ends: (() => Promise<void>)[] = []
  const context = { after: (end: () => Promise<void>) => void ends.push(end) }
  const exchange = await openExchange()
  const { webhooks, principal, tenantId, sql } = exchange
  const [check] = makeWebhookChecks({
    sql,
    clock: systemClock,
    readers: makeLedgerReaders({ sql, payloadKeys: testPayloadKeys() }),
  })
  const figures = () => check!.collect({ tenantId, runId: '', planHash: '', parameters: {} })
  for (let n = 0; n < ENDPOINT_COUNT; n++)
    await webhooks.create(principal, { ...WISH, url: `http://127.0.0.1:${port}/${n}` })
  await exchange.deliver(context as TestContext)
  const untilDelivered = async (count: number): Promise<void> => {
    while (((await figures())['delivered'] as number) < count) await systemClock.sleep(50)
  }
  for (let n = 0; n < STEADY_COUNT; n++) {
    await exchange.append(1)
    await systemClock.sleep(STEADY_PAUSE_MS)
  }
  await untilDelivered(STEADY_COUNT * ENDPOINT_COUNT)
  const steady = (await figures())['firstAttemptP95Ms'] as number
  const began = performance.now()
  await exchange.append(BURST_COUNT)
  await untilDelivered((STEADY_COUNT + BURST_COUNT) * ENDPOINT_COUNT)
  const rate = (BURST_COUNT * ENDPOINT_COUNT) / ((performance.now() - began) / 1_000)
  process.stdout.write(
    `| ${testEngine()} | first attempt p95, ${Math.round(1_000 / STEADY_PAUSE_MS)} facts/s to ${ENDPOINT_COUNT} endpoints | ${steady} ms |\n` +
      `| ${testEngine()} | deliveries to ${ENDPOINT_COUNT} endpoints, ${BURST_COUNT} facts at once | ${Math.round(rate)}/s |\n`,
  )
  for (const end of ends) await end()
  receivers.kill()
}
