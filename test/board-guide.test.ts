// Holds docs/board.md to the board: every page under the name it has, every picture there, small, and used.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  PICTURE_LIMIT_BYTES,
  PICTURE_LIMIT_COUNT,
  PICTURES_FOLDER,
  SHOTS,
} from './board-pictures.ts'
import { STOPS } from './board-stops.ts'

const GUIDE = readFileSync(fileURLToPath(new URL('../docs/board.md', import.meta.url)), 'utf8')
const titles = new Map(Object.entries(STOPS).map(([page, { title }]) => [page, title]))

/** What the guide says of each picture, by page. */
const shown = new Map(
  [...GUIDE.matchAll(/!\[([^\]]+)\]\(pictures\/([\w-]+)\.webp\)/g)].map(
    ([, words = '', page = '']) => [page, words],
  ),
)

test('every page that an address leads to is a stop of the sweep', () => {
  const places = readFileSync(join(process.cwd(), 'board', 'places.ts'), 'utf8')
  const [, type = ''] = /export type Place =([^]*?)\n\n/.exec(places) ?? []
  const pages = [...type.matchAll(/'(\w+)'/g)].map(([, page = '']) => page)
  assert.ok(pages.length > 15, `${pages.length} pages were read`)
  assert.deepEqual(pages.toSorted(), Object.keys(STOPS).toSorted())
})

test('the guide to the board names every page as its heading does', () => {
  const unnamed = [...titles].filter(([, title]) => !GUIDE.includes(`**${title}**`))
  assert.deepEqual(unnamed, [])
})

test('the guide shows each picture that the tests take, under the name of its page', () => {
  const pages = Object.keys(SHOTS).toSorted()
  assert.deepEqual([...shown.keys()].toSorted(), pages)
  const unnamed = [...shown].filter(([page, words]) => !words.includes(titles.get(page) ?? '?'))
  assert.deepEqual(unnamed, [])
})

test('the pictures of the board are there, few and small, and none is left over', () => {
  const files = readdirSync(PICTURES_FOLDER).toSorted()
  assert.deepEqual(
    files,
    Object.keys(SHOTS)
      .map((page) => `${page}.webp`)
      .toSorted(),
  )
  assert.ok(files.length <= PICTURE_LIMIT_COUNT, `${files.length} pictures`)
  const large = files.filter(
    (name) => statSync(join(PICTURES_FOLDER, name)).size > PICTURE_LIMIT_BYTES,
  )
  assert.deepEqual(large, [])
})
