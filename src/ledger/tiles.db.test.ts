// A log as static pieces: an independent reader finds every entry under the signed root, and nothing beyond it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { factsOf, openTestLedger } from '../../test/ledger.ts'
import type { TestLedger } from '../../test/ledger.ts'
import { indexPath, readWholeLog } from '../../test/tile-client.ts'
import type { GetPiece } from '../../test/tile-client.ts'
import { base64Of, bytesEqual } from '../kernel/index.ts'
import type { RouteAnswer } from '../kernel/index.ts'
import { makeLedgerRoutes } from './index.ts'
import { parseTileAddress, parseTileLevel } from './tile-path.ts'

function askRoutes(
  { ledger, tenantId }: TestLedger,
  log: string,
): (path: string) => Promise<RouteAnswer> {
  const find = (path: string): ReturnType<typeof makeLedgerRoutes>[number] =>
    makeLedgerRoutes(ledger).find((route) => route.path === path)!
  return async (path) => {
    const [, level = '', address = ''] = /^tile\/([^/]+)\/(.*)$/.exec(path) ?? []
    const isBundle = level === 'entries'
    const tile = isBundle ? '/ledger/:log/tile/entries/*' : '/ledger/:log/tile/:level/*'
    const route = find(path === 'checkpoint' ? '/ledger/:log/checkpoint' : tile)
    const params = { log, '*': address, ...(isBundle ? {} : { level }) }
    return route.handle({ principal: { id: 'p-1', tenantId }, params, query: {}, body: undefined })
  }
}

async function opaqueIdOf({ ledger, tenantId }: TestLedger): Promise<string> {
  return (await ledger.identify(tenantId))!.origin.split('/').at(-1)!
}

function reading(ask: (path: string) => Promise<RouteAnswer>): GetPiece {
  return async (path) => {
    const answer = await ask(path)
    assert.ok('bytes' in answer)
    return answer.bytes
  }
}

test('a reader made from the specification finds every entry of a log under its signed root', async () => {
  const opened = await openTestLedger()
  const { ledger, tenantId } = opened
  for (const [added, tiles] of [
    [1, ['tile/0/000.p/1']],
    [255, ['tile/0/000', 'tile/1/000.p/1']],
    [300, ['tile/0/000', 'tile/0/001', 'tile/0/002.p/44', 'tile/1/000.p/2']],
  ] as const) {
    await ledger.append(tenantId, factsOf(added))
    const { size, root } = await ledger.checkpoint(tenantId)
    const read = await readWholeLog(reading(askRoutes(opened, await opaqueIdOf(opened))))
    assert.deepEqual([read.size, read.root], [size, root])
    const hashTiles = read.paths.filter((path) => !path.startsWith('tile/entries/'))
    assert.deepEqual(hashTiles.toSorted(), [...tiles])
    const { entries } = await ledger.list(tenantId, { limit: 1000 })
    assert.ok(entries.every(({ leaf }, at) => bytesEqual(leaf, read.entries[at]!)))
  }
})

test('no piece reaches beyond the last checkpoint, and narrower pieces of a full tile stay', async () => {
  const opened = await openTestLedger()
  const { ledger, tenantId } = opened
  await ledger.append(tenantId, factsOf(256))
  const ask = askRoutes(opened, await opaqueIdOf(opened))
  const refused = { code: 'LEDGER_ENTRY_UNKNOWN' }
  for (const path of ['checkpoint', 'tile/0/000.p/1', 'tile/entries/000.p/1'])
    await assert.rejects(ask(path), refused, path)
  await ledger.checkpoint(tenantId)
  await ledger.append(tenantId, factsOf(10))
  const beyond = ['tile/0/001.p/1', 'tile/entries/001.p/1', 'tile/1/000.p/2', 'tile/2/000.p/1']
  for (const path of [...beyond, 'tile/63/000', 'tile/0/x001/000'])
    await assert.rejects(ask(path), refused, path)
  const whole = await reading(ask)('tile/0/000')
  const narrow = await reading(ask)('tile/0/000.p/7')
  assert.deepEqual([narrow.length, base64Of(narrow)], [224, base64Of(whole.subarray(0, 224))])
})

test('checkpoints are asked for each time, tiles are kept for ever', async () => {
  const opened = await openTestLedger()
  await opened.ledger.append(opened.tenantId, factsOf(2))
  await opened.ledger.checkpoint(opened.tenantId)
  const ask = askRoutes(opened, await opaqueIdOf(opened))
  const told = async (path: string): Promise<unknown> => {
    const answer = await ask(path)
    assert.ok('bytes' in answer)
    return [answer.mediaType, answer.keeping]
  }
  assert.deepEqual(await told('checkpoint'), ['text/plain; charset=utf-8', 'never-unasked'])
  assert.deepEqual(await told('tile/0/000.p/2'), ['application/octet-stream', 'for-ever'])
  assert.deepEqual(await told('tile/entries/000.p/2'), ['application/octet-stream', 'for-ever'])
})

test('a log is found under the last part of its own origin and no other', async () => {
  const [mine, theirs] = [await openTestLedger(), await openTestLedger()]
  for (const { ledger, tenantId } of [mine, theirs]) {
    await ledger.append(tenantId, factsOf(1))
    await ledger.checkpoint(tenantId)
  }
  for (const log of [await opaqueIdOf(theirs), '', 'ledger', `../${await opaqueIdOf(mine)}`])
    for (const path of ['checkpoint', 'tile/0/000.p/1', 'tile/entries/000.p/1'])
      await assert.rejects(askRoutes(mine, log)(path), { code: 'LEDGER_ENTRY_UNKNOWN' }, log)
})

test('an address has one spelling', () => {
  for (const index of [0, 7, 999, 1000, 1_234_067, 999_999_999])
    assert.deepEqual(parseTileAddress(indexPath(index)), { index, width: 256 })
  assert.deepEqual(parseTileAddress('x001/x234/067.p/112'), { index: 1_234_067, width: 112 })
  const refused = [
    ['', '0', '00', '0000', 'x000/001', 'x001', 'x001/', '/001', '001/002', 'X001/002'],
    ['001.p/0', '001.p/256', '001.p/01', '001.p/', '001.p', '001.p/1/2', '-01', '00a', '001 '],
    ['x001/x002/x003/x004/005', '001\n', '٠٠١', '001.p/999'],
  ].flat()
  for (const text of refused) assert.equal(parseTileAddress(text), undefined, JSON.stringify(text))
  assert.deepEqual(['0', '9', '10', '63'].map(parseTileLevel), [0, 9, 10, 63])
  for (const text of ['', '00', '64', '-1', '1.0', '100', 'entries'])
    assert.equal(parseTileLevel(text), undefined, text)
})
