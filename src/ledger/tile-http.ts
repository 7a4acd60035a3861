// Routes of a log as C2SP tlog-tiles has them: checkpoint, tiles and bundles of entries, for whoever may read the tenant.
import { utf8Bytes } from '../kernel/index.ts'
import type { Route, RouteInput } from '../kernel/index.ts'
import { ledgerFault } from './errors.ts'
import type { Ledger } from './model.ts'
import { parseTileAddress, parseTileLevel } from './tile-path.ts'

const BYTES = 'application/octet-stream'

export function makeTileRoutes(ledger: Ledger): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/ledger/:log/checkpoint',
      summary: 'Read the last signed checkpoint as the note it is (C2SP tlog-tiles)',
      access: 'read',
      answer: { mediaType: 'text/plain; charset=utf-8' },
      async handle(input) {
        await assertLog(ledger, input)
        const checkpoint = await ledger.latestCheckpoint(input.principal.tenantId)
        if (checkpoint === undefined) throw unknownPiece('a signed checkpoint')
        const mediaType = 'text/plain; charset=utf-8'
        return { bytes: utf8Bytes(checkpoint.note), mediaType, keeping: 'never-unasked' }
      },
    },
    {
      method: 'GET',
      path: '/ledger/:log/tile/:level/*',
      summary: 'Read the hashes of one tile (C2SP tlog-tiles)',
      access: 'read',
      answer: { mediaType: BYTES },
      async handle(input) {
        await assertLog(ledger, input)
        const { level: levelText = '', '*': address = '' } = input.params
        const level = parseTileLevel(levelText)
        const part = parseTileAddress(address)
        const isKnown = level !== undefined && part !== undefined
        const bytes = isKnown
          ? await ledger.tiles.hashes(input.principal.tenantId, { level, ...part })
          : undefined
        if (bytes === undefined) throw unknownPiece(`tile ${levelText}/${address}`)
        return { bytes, mediaType: BYTES, keeping: 'for-ever' }
      },
    },
    {
      method: 'GET',
      path: '/ledger/:log/tile/entries/*',
      summary: 'Read one bundle of entries (C2SP tlog-tiles)',
      access: 'read',
      answer: { mediaType: BYTES },
      async handle(input) {
        await assertLog(ledger, input)
        const { '*': address = '' } = input.params
        const part = parseTileAddress(address)
        const bytes =
          part === undefined
            ? undefined
            : await ledger.tiles.entries(input.principal.tenantId, part)
        if (bytes === undefined) throw unknownPiece(`bundle ${address}`)
        return { bytes, mediaType: BYTES, keeping: 'for-ever' }
      },
    },
  ]
}

/** A tenant has one log, and the address names it by the last part of its origin. */
async function assertLog(ledger: Ledger, { principal, params }: RouteInput): Promise<void> {
  const identity = await ledger.identify(principal.tenantId)
  const opaqueId = params['log'] ?? ''
  if (identity?.origin.split('/').at(-1) === opaqueId) return
  throw unknownPiece(`the log ${opaqueId}`)
}

function unknownPiece(wanted: string): Error {
  return ledgerFault(
    'LEDGER_ENTRY_UNKNOWN',
    `expected ${wanted} within the last checkpoint of the tenant's log, got none`,
  )
}
