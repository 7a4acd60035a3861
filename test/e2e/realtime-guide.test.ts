// Holds docs/realtime.md and examples/realtime to what a server does: typed and run as they stand, cut off, and taken up again.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { positionOf } from '../../src/client/index.ts'
import { operatorKeyOf } from '../board-tab.ts'
import { until } from '../feed.ts'
import { openWorkplace } from './command-line.ts'
import type { ServedFolder } from './command-line.ts'
import { openDesk, readBlocks } from './guide.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const WATCH = join(root, 'examples/realtime/watch.ts')

const NOTE_LIMIT_COUNT = 30

const house = openWorkplace()
const desk = openDesk()
const cursorFile = join(desk.folder, 'cursor.txt')
let served: ServedFolder
let key = ''

before(async () => {
  served = await house.serve()
  key = operatorKeyOf(house.dataFolder)
})
after(async () => {
  await served.stop()
  house.remove()
  desk.remove()
})

/** @returns the position of the note */
async function note(subject: string): Promise<number> {
  const words = ['ledger', 'append', '--subject', subject, 'a note']
  return (await house.ask<{ seq: number }>(words)).data.seq
}

interface Watcher {
  readonly child: ChildProcess
  /** Positions of what it printed, in order. */
  seqs(): readonly number[]
  told(): string
}

function start(t: TestContext, file: string, ...words: readonly string[]): Watcher {
  let [out, told] = ['', '']
  const env = { PATH: process.env['PATH'], SEAWORTHY_URL: served.url, SEAWORTHY_KEY: key }
  const child = spawn(process.execPath, [file, ...words], {
    cwd: desk.folder,
    env: { ...env, CURSOR_FILE: cursorFile },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  child.stdout.on('data', (piece: Buffer) => (out += piece.toString()))
  child.stderr.on('data', (piece: Buffer) => (told += piece.toString()))
  return {
    child,
    seqs: () => [...out.matchAll(/^(\d+) /gm)].map(([, seq]) => Number(seq)),
    told: () => told,
  }
}

test('the first command of the page is answered as the page shows', async () => {
  await note('shown')
  const shell = readBlocks('realtime.md').find(({ info }) => info === 'sh')!
  await desk.mustType(`export SEAWORTHY_URL=${served.url} SEAWORTHY_KEY=${key}`)
  const answered = await desk.mustType(shell.text)
  const shown = readBlocks('realtime.md').find(({ info }) => info === 'text')!.text
  const begins = shown.slice(0, shown.indexOf('\n\n') + 2)
  assert.equal(answered.slice(0, begins.length), begins)
  const data = /^event: changes\ndata: (.*)$/m.exec(answered)?.[1] ?? ''
  const message = JSON.parse(data) as Record<string, unknown>
  assert.deepEqual(Object.keys(message), ['release', 'cursor', 'changes'])
  const [change] = message['changes'] as object[]
  assert.deepEqual(Object.keys(change ?? {}), ['seq', 'at', 'type', 'subject'])
})

test('the watching program prints each change once, though the server is killed and the program is too', async (t) => {
  const first = start(t, WATCH)
  await until(() => first.told().includes('following'), 'the program')
  const one = await note('harbour@2.1.0')
  await until(() => first.seqs().includes(one), 'the first note')
  const { port } = new URL(served.url)
  await served.kill()
  await until(() => first.told().includes('cut off'), 'the cut')
  served = await house.serve(['--port', port])
  const two = await note('harbour@2.1.0')
  await until(() => first.seqs().includes(two), 'the note after the restart')
  await until(
    () => positionOf(readFileSync(cursorFile, 'utf8')) > first.seqs().at(-1)!,
    'its cursor',
  )
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')
  const three = await note('harbour@2.1.0')
  const second = start(t, WATCH)
  await until(() => second.seqs().includes(three), 'what nobody watched')
  const all = [...first.seqs(), ...second.seqs()]
  assert.deepEqual(
    all,
    all.map((_, nth) => all[0]! + nth),
    'every position, in order, once',
  )
})

test('the watching program prints of one release what concerns it', async (t) => {
  const watcher = start(t, WATCH, 'narrow', '1.0.0')
  await until(() => watcher.told().includes('following'), 'the program')
  const before = watcher.seqs().length
  await note('elsewhere@1.0.0')
  const own = await note('narrow@1.0.0')
  await until(() => watcher.seqs().includes(own), 'its own note')
  assert.deepEqual(watcher.seqs().slice(before), [own])
})

test('the program over Socket.IO of the page is told as it stands', async (t) => {
  const block = readBlocks('realtime.md').find(({ info }) => info === 'ts')!
  desk.write('socket.ts', block.text)
  // Where its package is installed.
  symlinkSync(join(root, 'node_modules'), join(desk.folder, 'node_modules'))
  const watcher = start(t, join(desk.folder, 'socket.ts'))
  // It says nothing when it begins to watch: what is appended before is not told.
  let last = await note('harbour@2.1.0')
  for (let nth = 0; watcher.seqs().length === 0 && nth < NOTE_LIMIT_COUNT; nth++)
    last = await note('harbour@2.1.0')
  await until(() => watcher.seqs().includes(last), `note ${last}`)
})
