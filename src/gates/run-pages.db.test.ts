// The list of runs, page by page, while runs are added.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openHouse, startPlan, SUBJECT } from '../../test/house.ts'
import type { House } from '../../test/house.ts'
import { callRoute } from '../../test/routes.ts'
import { aCommand, aPlan } from '../../test/runner.ts'
import type { Route } from '../kernel/index.ts'
import { makeRunRoutes } from './run-http.ts'
import type { StoredRun } from './index.ts'

const PLAN = {
  ...aPlan([aCommand('one', 'true')]),
  service: SUBJECT.service,
  version: SUBJECT.version,
}

interface Page {
  readonly data: readonly StoredRun[]
  readonly next: string | null
}

function listRoute({ runs }: House): Route {
  const found = makeRunRoutes(runs).find(
    ({ method, path }) => method === 'GET' && path === '/v1/runs',
  )
  assert.ok(found)
  return found
}

async function pageOf(house: House, query: Readonly<Record<string, string>>): Promise<Page> {
  const principal = { id: 'operator', tenantId: house.tenantId }
  const answer = await callRoute(listRoute(house), principal, { query })
  assert.ok('data' in answer && answer.next !== undefined)
  return { data: answer.data as readonly StoredRun[], next: answer.next }
}

async function addRun(house: House): Promise<string> {
  house.clock.advance(1_000)
  return (await startPlan(house, PLAN, true)).run.runId
}

test('pages hold every run that was there once, newest first, however many are added meanwhile', async () => {
  const house = await openHouse()
  const there: string[] = []
  for (let count = 0; count < 7; count += 1) there.push(await addRun(house))
  const seen: string[] = []
  let cursor: string | null = null
  do {
    const page: Page = await pageOf(house, { limit: '3', ...(cursor === null ? {} : { cursor }) })
    assert.ok(page.data.length <= 3)
    seen.push(...page.data.map(({ runId }) => runId))
    cursor = page.next
    await addRun(house)
  } while (cursor !== null)
  assert.deepEqual(seen, there.toReversed())
})

test('a page that ends with the list says so only once nothing follows', async () => {
  const house = await openHouse()
  await addRun(house)
  assert.equal((await pageOf(house, {})).next, null)
  const full = await pageOf(house, { limit: '1' })
  assert.deepEqual(await pageOf(house, { limit: '1', cursor: full.next ?? '' }), {
    data: [],
    next: null,
  })
})

test('a cursor of another list, a changed one and a limit beyond 200 are refused', async () => {
  const house = await openHouse()
  const foreign = Buffer.from('["jobs","x"]').toString('base64url')
  for (const cursor of [foreign, 'nonsense', `${foreign}=`, Buffer.from('7').toString('base64url')])
    await assert.rejects(pageOf(house, { cursor }), { code: 'WEB_CURSOR_REFUSED' })
  for (const limit of ['0', '201', '-1', '1e2', ''])
    await assert.rejects(pageOf(house, { limit }), /limit/)
})
