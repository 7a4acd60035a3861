// Every list of the API comes in pages: each row once while more are added, and the document names no list that does not.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, before, test } from 'node:test'
import { openComposedApp } from '../../test/composed.ts'
import { getPage, sendTo, walkPages } from '../../test/paging.ts'
import { OWN_ORIGIN, settingsOf } from '../../test/signed-in.ts'
import type { ComposedApp } from './compose.ts'

const endings: (() => unknown)[] = []
let app: ComposedApp
before(async () => {
  app = await openComposedApp(
    { after: (end: () => unknown) => void endings.push(end) },
    { signIn: { ownOrigin: OWN_ORIGIN, issuers: [settingsOf('corp', 'https://login.example')] } },
  )
})
after(async () => {
  for (const end of endings) await end()
})

const MADE_COUNT = 8
/** In no order of letters, so that what is added falls before, between and behind. */
const nameOf = (index: number): string => `${'mdxbqagzkc'[index % 10]}-${index}`

/** Makes rows, walks the list in pages of three while one more is made before each, and compares. */
async function holdsEachOnce(
  path: string,
  make: (name: string) => Promise<unknown>,
  idOf: (row: never) => string,
): Promise<void> {
  let count = 0
  const add = async (): Promise<void> => void (await make(nameOf(count++)))
  for (let made = 0; made < MADE_COUNT; made++) await add()
  const all = async (): Promise<readonly string[]> => {
    const { data, next } = await getPage(app, `${path}?limit=200`)
    assert.equal(next, null, path)
    return (data as readonly never[]).map(idOf)
  }
  const known = await all()
  assert.ok(known.length >= MADE_COUNT, path)
  const rows = await walkPages(app, path, (data) => data as readonly unknown[], add)
  const walked = rows.map((row) => idOf(row as never))
  assert.equal(new Set(walked).size, walked.length, `${path}: a row twice`)
  assert.deepEqual(
    known.filter((id) => !walked.includes(id)),
    [],
    `${path}: a row is missing`,
  )
  assert.ok(count > MADE_COUNT + 2, `${path}: ${count} made`)
  // What the pages said is the order of the whole.
  const whole = await all()
  assert.deepEqual(
    walked,
    whole.filter((id) => walked.includes(id)),
    path,
  )
  const foreign = Buffer.from(JSON.stringify(['runs', 'x'])).toString('base64url')
  assert.equal((await getPage(app, `${path}?cursor=${foreign}`)).code, 'WEB_CURSOR_REFUSED', path)
}

const named = ({ name }: { readonly name: string }): string => name
const identified = ({ id }: { readonly id: string }): string => id
const newPublicKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .publicKey.export({ format: 'der', type: 'spki' })
    .toString('base64')

test('accounts, API keys and principals are read in pages while more are made, each once', async () => {
  await holdsEachOnce(
    '/v1/accounts',
    (subject) => sendTo(app, 'POST', '/v1/accounts', { subject, role: 'viewer' }),
    identified,
  )
  await holdsEachOnce(
    '/v1/api-keys',
    (name) => sendTo(app, 'POST', '/v1/api-keys', { name, role: 'viewer' }),
    identified,
  )
  const person = { kind: 'person', roles: [] }
  await holdsEachOnce(
    '/v1/principals',
    (displayName) =>
      sendTo(app, 'POST', '/v1/principals', {
        ...person,
        displayName,
        publicKey: newPublicKey(),
      }),
    identified,
  )
})

test('webhooks, channels, rules and templates are read in pages while more are made, each once', async () => {
  const url = 'https://hooks.example/in'
  const target = { kind: 'webhook', url }
  await holdsEachOnce(
    '/v1/webhooks',
    () => sendTo(app, 'POST', '/v1/webhooks', { url }),
    identified,
  )
  await holdsEachOnce(
    '/v1/channels',
    (name) => sendTo(app, 'POST', '/v1/channels', { name, target }),
    named,
  )
  const rule = { events: ['decision-go'], channels: [nameOf(0)] }
  await holdsEachOnce(
    '/v1/notification-rules',
    (name) => sendTo(app, 'PUT', `/v1/notification-rules/${name}`, rule),
    named,
  )
  await holdsEachOnce(
    '/v1/templates',
    (name) => sendTo(app, 'PUT', `/v1/templates/${name}`, { title: 'Out', text: 'It is out.' }),
    named,
  )
  const message = { channels: [nameOf(0)], text: 'x' }
  await holdsEachOnce(
    `/v1/channels/${nameOf(0)}/messages`,
    (title) => sendTo(app, 'POST', '/v1/messages', { ...message, title }),
    identified,
  )
})

test('schedules are read in pages while more are made, each once', async () => {
  await holdsEachOnce(
    '/v1/schedules',
    (name) =>
      sendTo(app, 'PUT', `/v1/schedules/${name}`, { kind: 'ledger.seal-day', cron: '0 3 * * *' }),
    named,
  )
})

/** Lists that do not grow with use, and why. */
const BOUNDED: Readonly<Record<string, string>> = {
  '/v1/job-kinds': 'one for each kind of the program',
  '/v1/actions': 'one for each action of the program',
  '/v1/checks': 'one for each check of the program',
  '/v1/sessions': 'twenty of one person at most',
  '/v1/session/keys': 'a hundred of one person are shown',
  '/v1/runner-seats/{seatId}/offers': 'twenty are offered at a time',
}

test('the document of the API has no list that is not read in pages, but those that cannot grow', async () => {
  const { paths } = (
    await app.web.inject({ url: '/openapi.json', headers: { host: 'localhost' } })
  ).json<{
    paths: Record<string, { get?: Described }>
  }>()
  const lists = Object.entries(paths).flatMap(([path, { get }]) => {
    const schema = get?.responses['200']?.content?.['application/json']?.schema
    return schema?.properties?.['data']?.type === 'array' ? [{ path, get: get! }] : []
  })
  assert.ok(lists.length >= 18, `${lists.length} lists`)
  const unpaged = lists.filter(
    ({ get }) => get.parameters?.some(({ name }) => name === 'cursor') !== true,
  )
  assert.deepEqual(unpaged.map(({ path }) => path).toSorted(), Object.keys(BOUNDED).toSorted())
})

interface Described {
  readonly parameters?: readonly { readonly name: string }[]
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly content?: Readonly<
          Record<
            string,
            {
              readonly schema?: { readonly properties?: Record<string, { readonly type?: string }> }
            }
          >
        >
      }
    >
  >
}
