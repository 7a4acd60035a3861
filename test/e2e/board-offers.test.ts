// What the board offers to press, in a real Chromium: nothing that the server could only refuse.
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { browse, operatorKeyOf, pressButton } from '../board-tab.ts'
import type { Reader } from '../board-tab.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

const place = openWorkplace(undefined, { SEAWORTHY_WEBHOOK_LOOPBACK: 'yes' })
let served: ServedFolder

before(async () => {
  served = await place.serve()
})

after(async () => {
  await served.stop()
  place.remove()
})

async function hold<Data>(...words: string[]): Promise<Data> {
  const { exit, stdout, data } = await place.ask<Data>(words)
  assert.equal(exit, 0, stdout)
  return data
}

/** What may be done with the row that has the words. */
function offersOf(...words: readonly string[]): string {
  return `[...document.querySelectorAll('tbody tr')].find((it) => ${JSON.stringify(words)}.every((word) => it.innerText.includes(word)))?.querySelector('td[data-column=Do]').innerText`
}

/** Work that is asked for is done before anybody looks: the page is told that it still waits. */
async function delayJobs({ tab }: Reader): Promise<void> {
  await tab.send('Page.addScriptToEvaluateOnNewDocument', {
    source: `{ const ask = globalThis.fetch
      globalThis.fetch = async (path, terms) => {
        const answer = await ask(path, terms)
        if (!String(path).startsWith('/v1/jobs?') || answer.status !== 200) return answer
        const text = (await answer.text()).replaceAll('"done"', '"waiting"')
        return new Response(text, { status: 200, headers: { 'content-type': 'application/json' } })
      } }`,
  })
}

test(
  'a delivery cannot be cancelled and what somebody asked for can, and the page says so before anybody presses',
  browse(
    () => served.url,
    async (reader) => {
      const key = operatorKeyOf(place.dataFolder)
      const url = 'http://127.0.0.1:9/nobody'
      const { id } = await hold<{ id: string }>('webhook', 'create', url, '--kind', 'note.*')
      await hold('jobs', 'run', 'ledger.checkpoint')
      await delayJobs(reader)
      await reader.open(`/webhooks/${id}#key=${key}`)
      await pressButton(reader, 'Send a test event')
      await reader.shows('A test event is on its way.')
      await reader.open(`/jobs#key=${key}`)
      await reader.until(`${offersOf('ledger.checkpoint', 'Waiting')} === 'Cancel'`)
      await reader.until(`${offersOf('webhook.deliver', 'Waiting')} === 'ends with its endpoint'`)
      await reader.inspect('jobs-waiting')
    },
  ),
)

test(
  'an admin rotates their own key and those of developers, and not that of another admin, which the operator does',
  browse(
    () => served.url,
    async (reader) => {
      const boss = await hold<{ key: string }>('api-key', 'create', 'boss', '--role', 'admin')
      await hold('api-key', 'create', 'chief', '--role', 'admin')
      await hold('api-key', 'create', 'deckhand', '--role', 'developer')
      await reader.open(`/people#key=${boss.key}`)
      await reader.until(`${offersOf('boss', 'admin')}?.includes('Rotate')`)
      await reader.until(`${offersOf('deckhand', 'developer')}?.includes('Rotate')`)
      const chief = String(await reader.tab.evaluate(offersOf('chief', 'admin')))
      assert.match(chief, /^only its holder rotates it\s+Revoke$/)
      await reader.inspect('people-admin-keys')
      await reader.open(`/people#key=${operatorKeyOf(place.dataFolder)}`)
      await reader.until(`${offersOf('chief', 'admin')}?.includes('Rotate')`)
    },
  ),
)
