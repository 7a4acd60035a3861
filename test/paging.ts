// Lists of the composed house, walked page by page while rows are added.
import assert from 'node:assert/strict'
import type { ComposedApp } from '../src/app/compose.ts'
import { bearer } from './composed.ts'

export interface Page {
  readonly data: unknown
  readonly next: string | null
  readonly code?: string
}

export async function getPage(app: ComposedApp, url: string): Promise<Page> {
  const headers = { host: 'localhost', ...bearer(app.apiKey) }
  return (await app.web.inject({ url, headers })).json<Page>()
}

export async function sendTo(app: ComposedApp, method: 'POST' | 'PUT', url: string, body: unknown) {
  const headers = { host: 'localhost', ...bearer(app.apiKey) }
  const answer = await app.web.inject({ method, url, headers, payload: JSON.stringify(body) })
  assert.ok(answer.statusCode < 300, answer.body)
}

/** Every row of the list in pages of three, while one more row is added before each page. */
export async function walkPages(
  app: ComposedApp,
  path: string,
  rowsOf: (data: unknown) => readonly unknown[],
  add: () => Promise<void>,
): Promise<readonly unknown[]> {
  const seen: unknown[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Page = await getPage(
      app,
      `${path}?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`,
    )
    const rows = rowsOf(page.data)
    assert.ok(rows.length <= 3)
    seen.push(...rows)
    cursor = page.next
    await add()
  }
  return seen
}
