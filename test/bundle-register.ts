// Records changes of the register in a test bundle, and gives the terms that follow from them.
import { serviceSubject } from '../src/proof/index.ts'
import type { WaiverPredicate } from '../src/proof/index.ts'
import { foldRegister, termsOf } from '../src/register/index.ts'
import type { Change, RegisterAct, RegisterTerms } from '../src/register/index.ts'
import type { Packing } from './bundle-packing.ts'
import type { People } from './bundle-people.ts'
import { SERVICE, instantAt, jsonOf } from './bundle-release.ts'
import { nodeDigest } from './crypto.ts'

type WaiverRequest = Omit<WaiverPredicate, 'principal' | 'at' | 'service'>

/** A change by one of the bundle's people; a number stands for the statement of the change at that place. */
export interface BundleChange {
  readonly by: 'lead' | 'operator' | 'asker'
  readonly change:
    | Change
    | { readonly kind: 'approves'; readonly id: string; readonly place: number }
    | ({ readonly kind: 'waiver.requested' } & WaiverRequest)
  /** RFC 3339; half a minute after the start by default. */
  readonly at?: string
  /** What the entry says of its position; the true one by default. */
  readonly position?: number
  /** Signed as this principal instead of the signer's own. */
  readonly principal?: string
}

export async function recordRegister(
  pack: Packing,
  people: People,
  changes: readonly BundleChange[] | undefined,
): Promise<Partial<RegisterTerms>> {
  if (changes === undefined) return {}
  const acts: RegisterAct[] = []
  for (const [
    index,
    { by, change: wanted, at = instantAt(30), position, principal },
  ] of changes.entries()) {
    const person = people[by]
    const signed = { service: SERVICE, principal: principal ?? person.id, at }
    const change: RegisterAct['change'] =
      wanted.kind === 'approves'
        ? { kind: 'approved', id: wanted.id, statement: acts[wanted.place]!.statement }
        : wanted.kind === 'waiver.requested'
          ? { ...wanted, ...signed }
          : wanted
    const subject = serviceSubject(nodeDigest, SERVICE)
    const isRequest = change.kind === 'waiver.requested'
    const { kind: _kind, ...request } = change
    const statement = isRequest
      ? await pack.sign(person.signer, 'waiver', request as WaiverPredicate, subject)
      : await pack.sign(
          person.signer,
          'approval',
          { what: 'change', ...signed, change: jsonOf(change) as Record<string, never> },
          subject,
        )
    pack.facts.push({
      type: isRequest ? 'waiver.requested' : 'register.changed',
      actor: person.id,
      subject: SERVICE,
      payload: { kind: change.kind, position: position ?? index + 1 },
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
  return termsOf(foldRegister(acts).register, pack.subject, new Map())
}
