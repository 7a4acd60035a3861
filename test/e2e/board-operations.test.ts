// The board's pages about the running of things in a real Chromium: webhooks, jobs, guards, keys; each with what it refuses.
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import type { TestContext } from 'node:test'
import { browse as browseAt, operatorKeyOf, viewKeyOf } from '../board-tab.ts'
import type { Reader } from '../board-tab.ts'
import { until } from '../jobs.ts'
import { openReceiver } from '../webhooks.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

const place = openWorkplace(undefined, { SEAWORTHY_WEBHOOK_LOOPBACK: 'yes' })
let served: ServedFolder
let [key, viewKey] = ['', '']

before(async () => {
  served = await place.serve()
  key = operatorKeyOf(place.dataFolder)
  viewKey = viewKeyOf(place.dataFolder)
})

after(async () => {
  await served.stop()
  place.remove()
})

const browse = (
  use: (reader: Reader, t: TestContext) => Promise<void>,
): ReturnType<typeof browseAt> => browseAt(() => served.url, use)

async function hold<Data>(...words: string[]): Promise<Data> {
  const { exit, stdout, data } = await place.ask<Data>(words)
  assert.equal(exit, 0, stdout)
  return data
}

/** Presses the first button that says this, once it may be pressed. */
async function press(reader: Reader, label: string): Promise<void> {
  const found = `[...document.querySelectorAll('button')].find((it) => !it.disabled && it.innerText === ${JSON.stringify(label)})`
  await reader.until(found)
  await reader.tab.evaluate(`${found}.click()`)
}

/** Puts a value into a field as a person would, so that React hears of it. */
async function fill(reader: Reader, selector: string, value: string): Promise<void> {
  await reader.until(`document.querySelector(${JSON.stringify(selector)})`)
  await reader.tab.evaluate(`(() => {
    const field = document.querySelector(${JSON.stringify(selector)})
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, ${JSON.stringify(value)})
    field.dispatchEvent(new Event('input', { bubbles: true }))
  })()`)
}

/** Every question about facts is refused for want of a role, or not answered at all, until it is called again. */
async function hinder(reader: Reader, how: 'refused' | 'silent'): Promise<() => Promise<void>> {
  const problem = {
    code: 'WEB_ROLE_REFUSED',
    title: 'Not for this key',
    status: 403,
    exit: 5,
    detail: 'expected a key of an admin',
    hint: '',
    retryable: false,
    details: {},
  }
  const answer = `Promise.resolve(new Response(${JSON.stringify(JSON.stringify(problem))},
    { status: 403, headers: { 'content-type': 'application/problem+json' } }))`
  const { identifier } = await reader.tab.send('Page.addScriptToEvaluateOnNewDocument', {
    source: `globalThis.fetch = () => ${how === 'refused' ? answer : 'new Promise(() => {})'}`,
  })
  return async () => {
    await reader.tab.send('Page.removeScriptToEvaluateOnNewDocument', { identifier })
  }
}

test(
  'each page says what it has when there is nothing, while it waits, and when the key may not see it',
  browse(async (reader) => {
    const pages = [
      ['/webhooks', 'Nothing is told to anybody', 'Loading the endpoints', 'webhooks'],
      ['/jobs', 'No schedule is set', 'Loading the jobs', 'jobs'],
      ['/guards', 'There is no switch', 'Loading the switches', 'guards'],
      ['/people', 'No runner is enrolled', 'Loading the keys', 'people'],
    ] as const
    await hold('jobs', 'schedule', 'daily-seal', '--remove')
    for (const [address, empty, waiting, name] of pages) {
      await reader.open(`${address}#key=${key}`)
      await reader.shows(empty)
      await reader.inspect(`${name}-empty`)
      let restore = await hinder(reader, 'silent')
      await reader.open(`${address}#key=${key}`)
      await reader.shows(waiting)
      await restore()
      restore = await hinder(reader, 'refused')
      await reader.open(`${address}#key=${key}`)
      await reader.shows('Your key may not see this')
      await restore()
    }
    await reader.open('/webhooks/00000000-0000-4000-8000-000000000000')
    await reader.shows('There is no such endpoint')
  }),
)

test(
  'a delivery is seen, sent again, and a span of time is counted before it is sent again',
  browse(async (reader, t) => {
    const { url, received } = await openReceiver(t)
    const { id } = await hold<{ id: string }>('webhook', 'create', url, '--kind', 'note.*')
    await reader.open(`/webhooks#key=${key}`)
    await reader.shows('Takes deliveries')
    await reader.inspect('webhooks')
    await reader.open(`/webhooks/${id}#key=${key}`)
    await press(reader, 'Send a test event')
    await until(() => received.length === 1)
    await reader.until(
      `[...document.querySelectorAll('td .mark')].some((it) => it.innerText.includes('Delivered'))`,
    )
    await reader.tab.evaluate(`document.querySelector('td button:not(:disabled)').click()`)
    await until(() => received.length === 2)
    assert.equal(received[1]!.headers['webhook-id'], received[0]!.headers['webhook-id'])
    // Dead letters alone are none; with what was delivered there is one, counted and not yet sent.
    await reader.until(
      `[...document.querySelectorAll('td .mark')].some((it) => it.innerText.includes('Delivered'))`,
    )
    await fill(reader, 'input[type=datetime-local]', '2020-01-01T00:00')
    await press(reader, 'Dry run')
    await reader.shows('nothing would be sent')
    await reader.tab.evaluate(`document.querySelector('input[type=checkbox]').click()`)
    await press(reader, 'Dry run')
    await reader.shows('1 delivery would go out again')
    await reader.inspect('webhook')
    assert.equal(await reader.tab.evaluate(`document.querySelector('.chart')`), null)
    assert.equal(received.length, 2)
    await reader.tab.evaluate(`document.querySelector('form button.primary').click()`)
    await until(() => received.length === 3)
    assert.equal(received[2]!.headers['webhook-id'], received[0]!.headers['webhook-id'])
  }),
)

test(
  'a switch is turned off with a reason, and on again only after what would be done was seen',
  browse(async (reader) => {
    await hold('guard', 'switch', 'set', 'billing-writes', '--kind', 'kill-switch')
    await reader.open(`/guards#key=${viewKey}`)
    await reader.shows('billing-writes')
    await reader.tab.evaluate(`document.querySelector('.switches summary').click()`)
    await fill(reader, '.switches input', 'drill')
    await press(reader, 'Turn off')
    await reader.shows('Your key may not do this')
    await reader.inspect('guards-refused')
    await reader.open(`/guards#key=${key}`)
    await reader.shows('billing-writes')
    await reader.tab.evaluate(`document.querySelector('.switches summary').click()`)
    await fill(reader, '.switches input', 'drill')
    await press(reader, 'Turn off')
    await reader.shows('billing-writes is turned off')
    await fill(reader, '.switches input', 'drill is over')
    await press(reader, 'Turn on')
    await reader.shows('asks for a second thought')
    await reader.inspect('guards-confirm')
    const stateNow = async (): Promise<unknown> =>
      (await hold<{ word: { state: string } }[]>('guard', 'switch', 'list')).map(
        ({ word }) => word.state,
      )
    assert.deepEqual(await stateNow(), ['off'])
    await press(reader, 'Do it')
    await reader.shows('billing-writes is turned.')
    assert.deepEqual(await stateNow(), ['on'])
    await reader.shows('drill is over')
    await reader.inspect('guards')
  }),
)

test(
  'a key is rotated and shown once, and revoked with a reason; jobs and schedules are listed',
  browse(async (reader) => {
    await hold('api-key', 'create', 'ci', '--role', 'developer', '--environment', 'staging')
    await reader.open(`/people#key=${key}`)
    await reader.shows('in staging')
    // The first start left a key of its own, so each press is on the row of this one.
    const pressOf = async (label: string): Promise<void> => {
      const found = `document.querySelector('button[aria-label^="${label} ci "]')`
      await reader.until(found)
      await reader.tab.evaluate(`${found}.click()`)
    }
    await pressOf('Rotate')
    await reader.shows('shown now and never again')
    const shown = String(
      await reader.tab.evaluate(`document.querySelector('.command code').innerText`),
    )
    const answer = await fetch(`${served.url}/v1/jobs`, {
      headers: { authorization: `Bearer ${shown}` },
    })
    assert.equal(answer.status, 200)
    await press(reader, 'I have it')
    await reader.until(`!document.body.innerText.includes(${JSON.stringify(shown)})`)
    await pressOf('Revoke')
    await fill(reader, 'td input', 'left the team')
    await press(reader, 'End it')
    await reader.shows('ci opens nothing any more')
    await reader.shows('Revoked')
    await reader.inspect('people')
    await hold('jobs', 'schedule', 'nightly', '--kind', 'ledger.checkpoint', '--cron', '0 3 * * *')
    await hold('jobs', 'run', 'ledger.checkpoint')
    await reader.open(`/jobs#key=${key}`)
    await reader.shows('nightly')
    await reader.until(
      `[...document.querySelectorAll('td .mark')].some((it) => it.innerText.includes('Done'))`,
    )
    await reader.inspect('jobs')
  }),
)

test(
  'the audit log is narrowed and paged, leads to its entries, and says when nothing fits or the key may not see it',
  browse(async (reader) => {
    // One more than a page holds.
    const answers = await Promise.all(
      Array.from({ length: 51 }, (_, nth) =>
        fetch(`${served.url}/v1/api-keys/audited-${nth}/revocation`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          body: JSON.stringify({ reason: 'drill' }),
        }),
      ),
    )
    for (const { status } of answers) assert.ok(status >= 400 && status < 500, `got ${status}`)
    await reader.open(`/audit#key=${key}`)
    const rows = 'document.querySelectorAll(".audit tbody tr")'
    await reader.until(`${rows}.length === 50`)
    const choose = (result: string): Promise<unknown> =>
      reader.tab.evaluate(`(() => {
        const field = document.querySelector('select[name=result]')
        Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, 'value').set.call(field, '${result}')
        field.dispatchEvent(new Event('change', { bubbles: true }))
      })()`)
    await choose('refused')
    await fill(reader, 'input[name=action]', 'POST /v1/api-keys/:keyId/revocation')
    await press(reader, 'Show')
    await reader.until(
      `${rows}.length === 50 && [...${rows}].every((it) => it.innerText.includes('Refused'))`,
    )
    const firstSeq = Number(await reader.tab.evaluate(`${rows}[0].querySelector('a').innerText`))
    await press(reader, 'Show 50 more')
    await reader.until(`${rows}.length > 50`)
    assert.ok(
      Number(await reader.tab.evaluate(`${rows}[50].querySelector('a').innerText`)) < firstSeq,
    )
    await reader.inspect('audit')
    await fill(reader, 'input[name=until]', '2020-01-01T00:00')
    await press(reader, 'Show')
    await reader.shows('No request fits')
    await reader.inspect('audit-empty')
    await fill(reader, 'input[name=until]', '')
    await press(reader, 'Show')
    await reader.until(`${rows}.length === 50`)
    await reader.tab.evaluate(`${rows}[0].querySelector('a').click()`)
    await reader.until(`location.pathname === '/ledger/${firstSeq}'`)
    await reader.shows('request.refused')
    await reader.open(`/audit#key=${viewKey}`)
    await reader.shows('Your key may not see this')
    const restore = await hinder(reader, 'silent')
    await reader.open(`/audit#key=${key}`)
    await reader.shows('Loading the audit log')
    await restore()
  }),
)
