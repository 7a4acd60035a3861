// Holds the board's files to what they may weigh and to what the policy they are served with lets them be.
import assert from 'node:assert/strict'
import test from 'node:test'
import { bundleBoard, firstRouteBytes } from '../tools/board.ts'

/** Compressed, with style and page: what a reader waits for before anything is shown. */
const FIRST_ROUTE_LIMIT_BYTES = 170_000

test('the first page of the board weighs at most 170 kB compressed', (t) => {
  const files = bundleBoard()
  const sizeBytes = firstRouteBytes(files)
  t.diagnostic(`first route ${sizeBytes} bytes compressed, ${files.length} files in all`)
  assert.ok(sizeBytes > 50_000, `expected React and the board, got ${sizeBytes} bytes`)
  assert.ok(sizeBytes <= FIRST_ROUTE_LIMIT_BYTES, `got ${sizeBytes} bytes`)
})

test('the page of the board has no script or style within it, and every file it names is there', () => {
  const files = new Map(
    bundleBoard().map(({ path, bytes }) => [path, Buffer.from(bytes).toString()]),
  )
  const page = files.get('index.html') ?? ''
  assert.doesNotMatch(page, /<style|style=|\son\w+=|<script(?! type="module" src="\/assets\/)/)
  const named = [...page.matchAll(/(?:src|href)="\/([^"]+)"/g)].map(([, path]) => path ?? '')
  assert.ok(named.length > 2)
  for (const path of named) {
    assert.match(path, /^assets\/[\w-]+-[A-Z0-9]{8}\.(?:js|css)$/)
    assert.ok(files.has(path), path)
  }
})
