// PagerDuty and wiki pages on a database: incidents that open and close, pages that are read back, and changes of others that are kept.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { until } from '../../test/jobs.ts'
import { channelWish, NOTICE, openSignalhouse } from '../../test/notify.ts'
import { openReceiver } from '../../test/webhooks.ts'

const ROUTING_KEY = 'R0UT1NGKEYR0UT1NGKEYR0UT1NGKEY12'

interface PagerEvent {
  readonly routing_key: string
  readonly event_action: string
  readonly dedup_key: string
  readonly payload?: { readonly summary: string; readonly severity: string }
}

/** A page with an ETag for each version, which refuses what does not name the one it has. */
async function openWiki(t: TestContext, isConfluence = false) {
  const page = { body: '', version: 0, authorization: '', strangerOnce: false, losesWrites: false }
  const answer = () =>
    isConfluence
      ? JSON.stringify({
          id: '7',
          type: 'page',
          title: 'Releases',
          version: { number: page.version },
          body: { storage: { value: page.body } },
        })
      : page.body
  const write = (request: IncomingMessage, content: string): number => {
    if (page.strangerOnce) {
      page.strangerOnce = false
      page.version += 1
      page.body = 'a stranger was here'
    }
    const told = isConfluence
      ? (JSON.parse(content) as {
          version: { number: number }
          body: { storage: { value: string } }
        })
      : undefined
    const isCurrent =
      told === undefined
        ? page.version === 0
          ? request.headers['if-none-match'] === '*'
          : request.headers['if-match'] === `"${page.version}"`
        : told.version.number === page.version + 1
    if (!isCurrent) return isConfluence ? 409 : 412
    page.version += 1
    if (!page.losesWrites) page.body = told?.body.storage.value ?? content
    return 200
  }
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    page.authorization = request.headers.authorization ?? ''
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      if (request.method !== 'GET') {
        response.writeHead(write(request, Buffer.concat(parts).toString())).end()
        return
      }
      const isThere = page.version > 0 || isConfluence
      response.writeHead(isThere ? 200 : 404, isThere ? { etag: `"${page.version}"` } : {})
      response.end(isThere ? answer() : '')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { page, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/wiki/7` }
}

test('an incident opens and closes under one dedup key, and a test leaves none open', async (t) => {
  const house = await openSignalhouse()
  const { channels, messages, principal, tenantId } = house
  const events: PagerEvent[] = []
  const pager = await openReceiver(t, (_request, response) => {
    const event = JSON.parse(pager.received.at(-1)!.body) as PagerEvent
    events.push(event)
    response.writeHead(202).end(JSON.stringify({ status: 'success', dedup_key: event.dedup_key }))
  })
  const target = { kind: 'pagerduty', url: pager.url, routingKey: ROUTING_KEY } as const
  await channels.add(principal, channelWish('pager', target))
  const tested = await channels.test(principal, 'pager')
  assert.deepEqual([tested.arrived, tested.level], [true, 'echoed'])
  assert.deepEqual(
    events.map((event) => event.event_action),
    ['trigger', 'resolve'],
  )
  assert.equal(new Set(events.map((event) => event.dedup_key)).size, 1)
  assert.match(events[0]!.dedup_key, new RegExp(tested.nonce))
  await house.deliver(t)
  await messages.send(principal, ['pager'], NOTICE)
  await until(() => events.length === 3)
  await messages.send(principal, ['pager'], { ...NOTICE, title: 'over', isResolved: true })
  await until(() => events.length === 4)
  assert.deepEqual(
    events.slice(2).map((event) => [event.event_action, event.dedup_key]),
    [
      ['trigger', `seaworthy/${tenantId}/${NOTICE.topic}`],
      ['resolve', `seaworthy/${tenantId}/${NOTICE.topic}`],
    ],
  )
  assert.deepEqual(
    [events[2]!.payload?.severity, events[2]!.routing_key],
    ['critical', ROUTING_KEY],
  )
})

test('an answer without the dedup key proves nothing, whatever its status', async (t) => {
  const { channels, principal } = await openSignalhouse()
  const { url } = await openReceiver(t, (_request, response) => {
    response.writeHead(202).end('{"status":"success","dedup_key":"another"}')
  })
  const target = { kind: 'pagerduty', url, routingKey: ROUTING_KEY } as const
  await channels.add(principal, channelWish('pager', target))
  const tested = await channels.test(principal, 'pager')
  assert.deepEqual([tested.arrived, tested.proven], [false, []])
})

test('a page is written and read back, a test leaves its content alone, and each test replaces the mark before', async (t) => {
  const house = await openSignalhouse()
  const { channels, messages, principal } = house
  const { page, url } = await openWiki(t)
  await channels.add(
    principal,
    channelWish('wiki', {
      kind: 'wiki',
      url,
      style: 'html',
      method: 'PUT',
      user: 'bot',
      token: 't0ken',
    }),
  )
  await house.deliver(t)
  await messages.send(principal, ['wiki'], { ...NOTICE, title: '<script>alert(1)</script>' })
  await until(async () => (await house.facts('notification.delivered')).length === 1)
  assert.match(page.body, /<h1>&lt;script&gt;.*<li><strong>backup drill<\/strong>/s)
  assert.equal(page.authorization, `Basic ${Buffer.from('bot:t0ken').toString('base64')}`)
  const content = page.body
  const first = await channels.test(principal, 'wiki')
  const second = await channels.test(principal, 'wiki')
  assert.deepEqual([first.level, second.level], ['read-back', 'read-back'])
  assert.equal(page.body, `${content}\n<!-- seaworthy test ${second.nonce} -->`)
})

test('a page that somebody changes meanwhile is not written over, and a write that is lost is not called proven', async (t) => {
  const { channels, principal } = await openSignalhouse()
  const { page, url } = await openWiki(t)
  await channels.add(
    principal,
    channelWish('wiki', { kind: 'wiki', url, style: 'markdown', method: 'PUT' }),
  )
  assert.equal((await channels.test(principal, 'wiki')).arrived, true)
  page.strangerOnce = true
  const raced = await channels.test(principal, 'wiki')
  assert.deepEqual(
    [raced.arrived, raced.error],
    [false, 'answered 412: somebody changed the page meanwhile'],
  )
  assert.equal(page.body, 'a stranger was here')
  page.losesWrites = true
  const lost = await channels.test(principal, 'wiki')
  assert.equal(lost.arrived, false)
  assert.match(String(lost.error), /read back it does not hold/)
})

test('a page of Confluence goes up by one version, with a token, and keeps its title', async (t) => {
  const { channels, principal } = await openSignalhouse()
  const { page, url } = await openWiki(t, true)
  page.version = 4
  page.body = '<p>before</p>'
  await channels.add(
    principal,
    channelWish('wiki', { kind: 'wiki', url, style: 'confluence', method: 'PUT', token: 't0ken' }),
  )
  const tested = await channels.test(principal, 'wiki')
  assert.deepEqual([tested.level, tested.remoteId, page.version], ['read-back', 'version 5', 5])
  assert.equal(page.body, `<p>before</p>\n<p>seaworthy test ${tested.nonce}</p>`)
  assert.equal(page.authorization, 'Bearer t0ken')
})
