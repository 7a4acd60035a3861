// Records changes of the register in a test bundle, and gives the terms that follow from them.
import { serviceSubject } from '../src/proof/index.ts'
import type { ContentDigest } from '../src/kernel/index.ts'
import type { WaiverPredicate } from '../src/proof/index.ts'
import { foldRegister, termsOf } from '../src/register/index.ts'
import type { Change, RegisterAct, RegisterTerms } from '../src/register/index.ts'
import type { DecisionInputs } from '../src/verdict/index.ts'
import type { Packing } from './bundle-packing.ts'
import type { People } from './bundle-people.ts'
import { ORIGIN, SERVICE, instantAt, jsonOf } from './bundle-release.ts'
import { nodeDigest } from './crypto.ts'

type WaiverRequest = Omit<WaiverPredicate, 'principal' | 'at' | 'service' | 'audience'>

/** A risk closed by what the ledger has of a gate, and by the review of the plan when it names that. */
interface ClosesByRun {
  readonly kind: 'closes'
  readonly id: string
  readonly gate: string
  readonly definition?: ContentDigest
  readonly isReviewed?: boolean
}

/** A change by one of the bundle's people; a number stands for the statement of the change at that place. */
export interface BundleChange {
  readonly by: 'lead' | 'operator' | 'asker'
  readonly change:
    | Change
    | { readonly kind: 'approves'; readonly id: string; readonly place: number }
    | ClosesByRun
    | ({ readonly kind: 'waiver.requested' } & WaiverRequest)
  /** RFC 3339; half a minute after the start by default. */
  readonly at?: string
  /** What the entry says of its position; the true one by default. */
  readonly position?: number
  /** Signed as this principal instead of the signer's own. */
  readonly principal?: string
  /** Ledger that it says it is for; that of the bundle by default, null names none. */
  readonly audience?: string | null
  /** Recorded before the run begins. */
  readonly isEarly?: boolean
}

export async function recordRegister(
  pack: Packing,
  people: People,
  changes: readonly BundleChange[],
  acts: RegisterAct[],
): Promise<void> {
  for (const { by, change: wanted, at = instantAt(30), position, principal, audience } of changes) {
    const person = people[by]
    const signed = { service: SERVICE, principal: principal ?? person.id, at }
    const change: RegisterAct['change'] =
      wanted.kind === 'approves'
        ? { kind: 'approved', id: wanted.id, statement: acts[wanted.place]!.statement }
        : wanted.kind === 'closes'
          ? closingOf(pack, wanted)
          : wanted.kind === 'waiver.requested'
            ? { ...wanted, ...signed }
            : wanted
    const subject = serviceSubject(nodeDigest, SERVICE)
    const forLedger = audience === null ? {} : { audience: audience ?? ORIGIN }
    const isRequest = change.kind === 'waiver.requested'
    const { kind: _kind, ...request } = change
    const statement = isRequest
      ? await pack.sign(
          person.signer,
          'waiver',
          { ...(request as WaiverPredicate), ...forLedger },
          subject,
        )
      : await pack.sign(
          person.signer,
          'approval',
          {
            what: 'change',
            ...signed,
            ...forLedger,
            change: jsonOf(change) as Record<string, never>,
          },
          subject,
        )
    pack.facts.push({
      type: isRequest ? 'waiver.requested' : 'register.changed',
      actor: person.id,
      subject: SERVICE,
      payload: { kind: change.kind, position: position ?? acts.length + 1 },
      refs: [statement],
    })
    acts.push({
      statement,
      person: person.id,
      roles: [person.role],
      atMs: Date.parse(at),
      change,
    })
  }
}

export function registerTerms(
  pack: Packing,
  acts: readonly RegisterAct[],
  rules: Pick<DecisionInputs, 'edition'>,
): RegisterTerms {
  return termsOf(foldRegister(acts).register, pack.subject, new Map(), rules)
}

function closingOf(pack: Packing, closes: ClosesByRun): RegisterAct['change'] {
  const { id, gate, definition, isReviewed } = closes
  const [statement] = pack.facts.findLast(
    ({ type, payload }) =>
      type === 'gate.recorded' && (payload as { readonly gate?: string }).gate === gate,
  )!.refs
  const [review] = pack.facts.find(({ type }) => type === 'plan.reviewed')!.refs
  const evidence = {
    version: pack.subject.version,
    gate,
    statement: statement!,
    ...(definition === undefined ? {} : { definition }),
    ...(isReviewed === true ? { review: review! } : {}),
  }
  return { kind: 'risk.closed', id, note: '', evidence }
}
