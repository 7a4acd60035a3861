// Routes of the ledger: append notes, list entries, verify, prove, sign.
import { z } from 'zod'
import { base64Of, hexOf } from '../kernel/index.ts'
import type { Route } from '../kernel/index.ts'
import { decodeLeaf, formatTlogProof } from '../proof/index.ts'
import { ledgerFault } from './errors.ts'
import { PAGE_LIMIT } from './model.ts'
import type { AppendedEntry, Ledger, LedgerEntry } from './model.ts'

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

const position = z
  .string()
  .regex(/^(?:0|[1-9][0-9]{0,15})$/, 'expected a whole number')
  .transform(Number)

const listSchema = z.strictObject({
  from: position.optional(),
  limit: position.pipe(z.int().min(1).max(PAGE_LIMIT)).optional(),
  type: z.string().max(100).optional(),
  subject: z.string().max(300).optional(),
})

export function makeLedgerRoutes(ledger: Ledger): readonly Route[] {
  return [
    appendRoute(ledger),
    listRoute(ledger),
    verifyRoute(ledger),
    proofRoute(ledger),
    ...checkpointRoutes(ledger),
    ...dayRoutes(ledger),
  ]
}

function appendRoute(ledger: Ledger): Route {
  return {
    method: 'POST',
    path: '/v1/ledger/entries',
    summary: 'Append a note to the log',
    access: 'write',
    async handle({ principal, body }) {
      const { id, ...note } = parseInput(entrySchema, body)
      const fact = { ...note, actor: principal.id, refs: [], ...(id === undefined ? {} : { id }) }
      const [appended] = await ledger.append(principal.tenantId, [fact])
      return { status: appended!.isRepeat ? 200 : 201, data: presentAppended(appended!) }
    },
  }
}

function listRoute(ledger: Ledger): Route {
  return {
    method: 'GET',
    path: '/v1/ledger/entries',
    summary: 'List entries of the log',
    access: 'read',
    async handle({ principal, query }) {
      const { from, limit, type, subject } = parseInput(listSchema, query)
      const page = await ledger.list(principal.tenantId, {
        ...(from === undefined ? {} : { fromSeq: from }),
        ...(limit === undefined ? {} : { limit }),
        ...(type === undefined ? {} : { type }),
        ...(subject === undefined ? {} : { subject }),
      })
      return { data: { entries: page.entries.map(presentEntry), nextSeq: page.nextSeq ?? null } }
    },
  }
}

function verifyRoute(ledger: Ledger): Route {
  return {
    method: 'POST',
    path: '/v1/ledger/verify',
    summary: 'Verify the stored log',
    access: 'read',
    async handle({ principal, body }) {
      const { limit, checkpoint } = parseInput(verifySchema, body ?? {})
      const verdict = await ledger.verifyLog(principal.tenantId, {
        ...(limit === undefined ? {} : { limit }),
        ...(checkpoint === undefined ? {} : { checkpoint }),
      })
      return { data: verdict }
    },
  }
}

function proofRoute(ledger: Ledger): Route {
  return {
    method: 'GET',
    path: '/v1/ledger/proofs/:seq',
    summary: 'Prove that an entry is in the last signed checkpoint',
    access: 'read',
    async handle({ principal, params }) {
      const seq = parseInput(position, params['seq'])
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
      return {
        data: {
          seq,
          size,
          leaf: base64Of(entries[0]!.leaf),
          leafHash: hexOf(leafHash),
          proof: proof.map(base64Of),
          root: checkpoint.root,
          checkpoint: checkpoint.note,
          tlogProof: formatTlogProof({ index: seq, hashes: proof, checkpoint: checkpoint.note }),
        },
      }
    },
  }
}

function checkpointRoutes(ledger: Ledger): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/v1/ledger/checkpoints',
      summary: 'Sign the log as it is now',
      access: 'write',
      async handle({ principal }) {
        return { status: 201, data: await ledger.checkpoint(principal.tenantId) }
      },
    },
    {
      method: 'GET',
      path: '/v1/ledger/checkpoint',
      summary: 'Read the last signed checkpoint and the key it verifies with',
      access: 'read',
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

function presentEntry(entry: LedgerEntry): Record<string, unknown> {
  const leaf = decodeLeaf(entry.leaf)
  return {
    seq: entry.seq,
    time: new Date(entry.timeMs).toISOString(),
    leafHash: hexOf(entry.leafHash),
    prev: leaf.ok ? hexOf(leaf.value.prev) : null,
    body: entry.body,
  }
}

function parseInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const where =
    issue === undefined || issue.path.length === 0 ? 'the request' : issue.path.join('.')
  throw ledgerFault('LEDGER_ENTRY_REFUSED', `${where}: ${issue?.message ?? 'not understood'}`, {
    details: {
      issues: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
    },
  })
}
