// What a person who signed in says with a key of their own, and how they see and end such keys.
import { asking } from './api.ts'
import type { EntryPage, GateResult, Review } from './answers.ts'
import type { OwnKey, OwnSession, Principal } from './operations-answers.ts'

interface SealedAnswer {
  readonly statement: Uint8Array
  readonly blobs: readonly { readonly digest: string; readonly bytes: Uint8Array }[]
}

const ENTRY_PAGE_ROWS = 500

const { client, pathOf, queryOf } = asking

export const own = {
  sessions: () => client.call<readonly OwnSession[]>('GET', pathOf('sessions')),
  keys: () => client.call<readonly OwnKey[]>('GET', pathOf('session', 'keys')),
  /** The same key again is no change. */
  registerKey: (publicKey: string) =>
    client.call<Principal>('POST', pathOf('session', 'keys'), { publicKey }),
  revokeKey: (principalId: string, reason: string) =>
    client.call<unknown>('POST', pathOf('session', 'keys', principalId, 'revocation'), { reason }),
  reviewPlan: (envelope: Uint8Array) =>
    client.upload<unknown>('POST', pathOf('plan-reviews'), envelope),
  /** Announces the attempt, keeps what it names, and hands in the signed answer; what the gate comes to. */
  async answer(runId: string, gate: string, attempt: number, { statement, blobs }: SealedAnswer) {
    await client.call('POST', pathOf('runs', runId, 'intents'), { gate, attempt })
    for (const { digest, bytes } of blobs)
      await client.upload('PUT', pathOf('evidence', digest), bytes)
    const path = pathOf('runs', runId, 'results')
    return client.upload<Pick<GateResult, 'status' | 'reason'>>('POST', path, statement)
  },
  /** What a change of a register is for. */
  audience: async () =>
    (await client.call<{ readonly origin: string }>('GET', pathOf('ledger', 'identity'))).origin,
  change: (envelope: Uint8Array) => client.upload<unknown>('POST', pathOf('changes'), envelope),
  askWaiver: (envelope: Uint8Array) => client.upload<unknown>('POST', pathOf('waivers'), envelope),
  signOff: (envelope: Uint8Array) => client.upload<Review>('POST', pathOf('sign-offs'), envelope),
  /** Position of the ledger's entry that names the statement; undefined where there is none. */
  async entryOf(type: string, subject: string, statement: string) {
    for (let from: number | null = 0; from !== null;) {
      const query: string = queryOf({ from, limit: ENTRY_PAGE_ROWS, type, subject })
      const page: EntryPage = await client.call('GET', pathOf('ledger', 'entries') + query)
      const found = page.entries.find(({ body }) => body.refs.includes(statement))
      if (found !== undefined) return found.seq
      from = page.nextSeq
    }
    return undefined
  },
} as const
