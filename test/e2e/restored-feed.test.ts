// A server whose data folder was put back from a copy and has grown past the old place: who comes back to its feeds is told so, and the board reads anew.
import assert from 'node:assert/strict'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { browse as browseAt, operatorKeyOf, viewKeyOf } from '../board-tab.ts'
import type { Reader } from '../board-tab.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'

const place = openWorkplace()
const copy = join(place.folder, 'copy')
let served: ServedFolder
let port = ''

before(async () => {
  await note('kept')
  cpSync(place.dataFolder, copy, { recursive: true })
})
after(async () => {
  await served.stop()
  place.remove()
})

/** @returns the position of the note */
async function note(subject: string): Promise<number> {
  const words = ['ledger', 'append', '--subject', subject, 'a note']
  return (await place.ask<{ seq: number }>(words)).data.seq
}

async function serveAgain(): Promise<void> {
  served = await place.serve(port === '' ? [] : ['--port', port])
  port = new URL(served.url).port
}

/** As a host that is rebuilt from its backup, and works on. @param until how far the log grows past where it was */
async function putBack(lastSeq: number): Promise<void> {
  await served.kill()
  rmSync(place.dataFolder, { recursive: true })
  cpSync(copy, place.dataFolder, { recursive: true })
  while ((await note('another history')) < lastSeq + 5);
  await serveAgain()
}

async function ask(path: string, lastEventId?: string): Promise<Response> {
  return fetch(served.url + path, {
    headers: {
      authorization: `Bearer ${operatorKeyOf(place.dataFolder)}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
  })
}

/** The last id that a stream says at its beginning. */
async function lastIdOf(answer: Response): Promise<string> {
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (!/id: \S+\n[^]*\n\n$/.test(text)) text += (await reader.read()).value ?? ''
  await reader.cancel()
  return [...text.matchAll(/^id: (\S+)$/gm)].at(-1)![1]!
}

async function endOf(answer: Response): Promise<string> {
  if (answer.status === 200) {
    await answer.body?.cancel()
    return '200'
  }
  return `${answer.status} ${((await answer.json()) as { readonly code: string }).code}`
}

const browse = (use: (reader: Reader) => Promise<void>): ReturnType<typeof browseAt> =>
  browseAt(() => served.url, use)

test('feeds refuse the place of a history that is gone, and take the number alone that older versions gave out', async () => {
  await serveAgain()
  const lost = await note('lost')
  const changes = await lastIdOf(await ask('/v1/changes'))
  const entries = await lastIdOf(await ask(`/v1/ledger/feed?from=${lost}`))
  assert.equal(await endOf(await ask('/v1/changes', changes)), '200')
  assert.equal(await endOf(await ask('/v1/ledger/feed', entries)), '200')
  await putBack(lost)
  const refused = '409 REALTIME_CURSOR_UNKNOWN'
  assert.equal(await endOf(await ask('/v1/changes', changes)), refused)
  assert.equal(await endOf(await ask(`/v1/changes?since=${changes}`)), refused)
  assert.equal(await endOf(await ask('/v1/ledger/feed', entries)), '404 LEDGER_ENTRY_UNKNOWN')
  assert.equal(await endOf(await ask(`/v1/changes?since=${parseInt(changes, 10)}`)), '200')
  assert.equal(await endOf(await ask('/v1/ledger/feed', `${parseInt(entries, 10)}`)), '200')
  await served.stop()
})

test('a page of the board that shows what is no more reads anew, also what it asks for only once', async (t) => {
  await serveAgain()
  const lost = await note('to be lost')
  await browse(async (reader) => {
    await reader.open(`/ledger/${lost}#key=${viewKeyOf(place.dataFolder)}`)
    await reader.shows('to be lost')
    await reader.shows('Live')
    await putBack(lost)
    await reader.shows('another history')
  })(t)
})
