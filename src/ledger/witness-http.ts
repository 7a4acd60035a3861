// Routes of a witness (C2SP tlog-witness): anybody may submit, for a checkpoint's signature is what counts.
import { utf8Bytes } from '../kernel/index.ts'
import type { Route } from '../kernel/index.ts'
import { ledgerFault } from './errors.ts'
import type { Witness } from './witness.ts'

const TEXT = 'text/plain; charset=utf-8'
/** What a 409 answers: the size to start from. */
const SIZE = 'text/x.tlog.size'

export function makeWitnessRoutes(witness: Witness): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/add-checkpoint',
      summary: 'Cosign a checkpoint that continues the last one',
      access: 'read',
      accepts: 'bytes',
      answer: { statuses: [200, 400, 403, 404, 409, 422], mediaType: TEXT },
      async handle({ body }) {
        const bytes = body instanceof Uint8Array ? body : new Uint8Array()
        const { status, text } = await witness.addCheckpoint(bytes)
        return { status, bytes: utf8Bytes(text), mediaType: status === 409 ? SIZE : TEXT }
      },
    },
    {
      method: 'GET',
      path: '/:originHash/checkpoint',
      summary: 'Read the newest checkpoint that was cosigned of a log',
      access: 'read',
      answer: { mediaType: TEXT },
      async handle({ params }) {
        const note = await witness.newest(params['originHash'] ?? '')
        if (note === undefined)
          throw ledgerFault('LEDGER_ENTRY_UNKNOWN', 'expected a log that was cosigned, got none')
        return { bytes: utf8Bytes(note), mediaType: TEXT, keeping: 'never-unasked' }
      },
    },
  ]
}
