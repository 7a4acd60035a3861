// Routes of the ledger: append notes, verify, prove, sign.
import { z } from 'zod'
import { base64Of, defineRoute, hexOf } from '../kernel/index.ts'
import type { Route } from '../kernel/index.ts'
import { formatTlogProof, TLOG_EXTRA_LIMIT_BYTES } from '../proof/index.ts'
import { ledgerFault } from './errors.ts'
import { makeTileRoutes } from './tile-http.ts'
import { listRoute, position } from './list-http.ts'
import type { AppendedEntry, Ledger } from './model.ts'
import {
  appendedSchema,
  checkpointSchema,
  consistencySchema,
  freshSchema,
  identitySchema,
  proofSchema,
  sealedDaySchema,
  sealedSchema,
  verdictSchema,
} from './answers.ts'

/** What comes from outside is a note: no type with another first word can be confused with the house's own facts. */
const NOTE_TYPE = /^note\.[a-z][a-z0-9]*(?:-[a-z0-9]+)*(?:\.[a-z][a-z0-9]*(?:-[a-z0-9]+)*)*$/
const NOTE_TYPE_DEFAULT = 'note.appended'

const entrySchema = z.strictObject({
  type: z
    .string()
    .max(100)
    .regex(NOTE_TYPE, 'expected note.appended or another type that begins with note.')
    .default(NOTE_TYPE_DEFAULT),
  subject: z
    .string()
    .min(1)
    .max(300)
    .regex(/^[^\p{Cc}]+$/u, 'expected no control characters'),
  payload: z.json(),
  id: z.string().max(36).optional(),
})

const verifySchema = z.strictObject({
  limit: z.int().min(1).optional(),
  checkpoint: z.string().max(100_000).optional(),
})

/** `bare` leaves the entry's bytes out of the proof file. */
const proofQuery = z.strictObject({ bare: z.literal('1').optional() })

export function makeLedgerRoutes(ledger: Ledger): readonly Route[] {
  return [
    appendRoute(ledger),
    listRoute(ledger),
    verifyRoute(ledger),
    proofRoute(ledger),
    consistencyRoute(ledger),
    ...checkpointRoutes(ledger),
    ...dayRoutes(ledger),
    ...makeTileRoutes(ledger),
  ]
}

function appendRoute(ledger: Ledger): Route {
  return defineRoute({
    method: 'POST',
    path: '/v1/ledger/entries',
    summary: 'Append a note to the log',
    access: 'write',
    environment: 'none',
    body: entrySchema,
    answer: { statuses: [200, 201], data: appendedSchema },
    async handle({ principal, body }) {
      const { id, ...note } = body
      const fact = { ...note, actor: principal.id, refs: [], ...(id === undefined ? {} : { id }) }
      const [appended] = await ledger.append(principal.tenantId, [fact])
      return { status: appended!.isRepeat ? 200 : 201, data: presentAppended(appended!) }
    },
  })
}

function verifyRoute(ledger: Ledger): Route {
  return defineRoute({
    method: 'POST',
    path: '/v1/ledger/verify',
    summary: 'Verify the stored log',
    access: 'read',
    body: verifySchema.optional(),
    answer: { data: verdictSchema },
    async handle({ principal, body }) {
      const { limit, checkpoint } = body ?? {}
      const verdict = await ledger.verifyLog(principal.tenantId, {
        ...(limit === undefined ? {} : { limit }),
        ...(checkpoint === undefined ? {} : { checkpoint }),
      })
      return { data: verdict }
    },
  })
}

function proofRoute(ledger: Ledger): Route {
  return defineRoute({
    method: 'GET',
    path: '/v1/ledger/proofs/:seq',
    summary: 'Prove that an entry is in the last signed checkpoint',
    access: 'read',
    params: z.strictObject({ seq: position }),
    query: proofQuery,
    answer: { data: proofSchema },
    async handle({ principal, params, query: { bare } }) {
      const { seq } = params
      const checkpoint = await ledger.latestCheckpoint(principal.tenantId)
      if (checkpoint === undefined || seq >= checkpoint.size) {
        throw ledgerFault(
          'LEDGER_ENTRY_UNKNOWN',
          `expected entry ${seq} below the last checkpoint, got ${checkpoint?.size ?? 0} signed entries`,
        )
      }
      const { proof, leafHash, size } = await ledger.proveInclusion(
        principal.tenantId,
        seq,
        checkpoint.size,
      )
      const { entries } = await ledger.list(principal.tenantId, { fromSeq: seq, limit: 1 })
      const { leaf } = entries[0]!
      const brings = bare === undefined && leaf.length <= TLOG_EXTRA_LIMIT_BYTES
      return {
        data: {
          seq,
          size,
          leaf: base64Of(leaf),
          leafHash: hexOf(leafHash),
          proof: proof.map(base64Of),
          root: checkpoint.root,
          checkpoint: checkpoint.note,
          tlogProof: formatTlogProof({
            index: seq,
            hashes: proof,
            checkpoint: checkpoint.note,
            ...(brings ? { extra: leaf } : {}),
          }),
        },
      }
    },
  })
}

function consistencyRoute(ledger: Ledger): Route {
  return defineRoute({
    method: 'GET',
    path: '/v1/ledger/consistency',
    summary: 'Prove that the first entries of the log are the beginning of more of them',
    access: 'read',
    query: z.strictObject({ from: position, to: position }),
    answer: { data: consistencySchema },
    async handle({ principal, query: { from, to } }) {
      const { proof, root1, root2 } = await ledger.proveConsistency(principal.tenantId, from, to)
      return {
        data: {
          from: { size: from, root: base64Of(root1) },
          to: { size: to, root: base64Of(root2) },
          proof: proof.map(base64Of),
        },
      }
    },
  })
}

function checkpointRoutes(ledger: Ledger): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/v1/ledger/checkpoints',
      summary: 'Sign the log as it is now',
      access: 'write',
      repetition: 'harmless',
      environment: 'none',
      answer: { statuses: [201], data: freshSchema },
      async handle({ principal }) {
        const signed = await ledger.checkpoint(principal.tenantId)
        const identity = await ledger.identify(principal.tenantId)
        return { status: 201, data: { ...signed, noteKey: identity?.noteKey ?? null } }
      },
    },
    {
      method: 'GET',
      path: '/v1/ledger/identity',
      summary: 'Read the origin of the log and the key that its notes verify with',
      access: 'read',
      answer: { data: identitySchema },
      async handle({ principal }) {
        const identity = await ledger.identify(principal.tenantId)
        if (identity === undefined)
          throw ledgerFault('LEDGER_ENTRY_UNKNOWN', 'expected a log, this tenant has none yet')
        return { data: identity }
      },
    },
    {
      method: 'GET',
      path: '/v1/ledger/checkpoint',
      summary: 'Read the last signed checkpoint and the key it verifies with',
      access: 'read',
      answer: { data: checkpointSchema },
      async handle({ principal }) {
        const checkpoint = await ledger.latestCheckpoint(principal.tenantId)
        const identity = await ledger.identify(principal.tenantId)
        if (checkpoint === undefined || identity === undefined) {
          throw ledgerFault('LEDGER_ENTRY_UNKNOWN', 'expected a signed checkpoint, got none yet')
        }
        return { data: { ...checkpoint, noteKey: identity.noteKey } }
      },
    },
  ]
}

function dayRoutes(ledger: Ledger): readonly Route[] {
  const path = '/v1/ledger/days/:day'
  return [
    {
      method: 'POST',
      path,
      summary: 'Seal a UTC day that is over: sign the root of the entries before its end',
      access: 'write',
      repetition: 'harmless',
      environment: 'none',
      answer: { statuses: [201], data: sealedSchema },
      async handle({ principal, params }) {
        const sealed = await ledger.sealDay(principal.tenantId, params['day'] ?? '')
        return { status: 201, data: sealed }
      },
    },
    {
      method: 'GET',
      path,
      summary: 'Read what a UTC day is sealed with and the key it verifies with',
      access: 'read',
      answer: { data: sealedDaySchema },
      async handle({ principal, params }) {
        const day = params['day'] ?? ''
        const sealed = await ledger.sealedDay(principal.tenantId, day)
        const identity = await ledger.identify(principal.tenantId)
        if (sealed === undefined || identity === undefined)
          throw ledgerFault('LEDGER_DAY_UNKNOWN', `expected day ${day} to be sealed, got none`)
        return { data: { ...sealed, noteKey: identity.noteKey } }
      },
    },
  ]
}

function presentAppended(entry: AppendedEntry): Record<string, unknown> {
  return { seq: entry.seq, id: entry.id, leafHash: hexOf(entry.leafHash), isRepeat: entry.isRepeat }
}
