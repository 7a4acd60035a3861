// What is said after a word was given, and of a key that signs nothing any more.
import type { ReactNode } from 'react'
import type { SignOff, Who } from '../answers.ts'
import { dropKey } from '../key-shelf.ts'
import type { OwnKey } from '../operations-answers.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { EvidenceLink } from '../parts/digest.tsx'
import { Mark } from '../parts/mark.tsx'
import { Moment } from '../parts/moment.tsx'
import { addressOf, Link } from '../routes.tsx'
import type { Receipt } from '../signing.ts'
import { shortDigest } from '../words.ts'
import type { Tone } from '../words.ts'

const SAID: Readonly<Record<SignOff['decision'], { readonly tone: Tone; readonly word: string }>> =
  {
    APPROVE: { tone: 'go', word: 'You approved' },
    REJECT: { tone: 'stop', word: 'You rejected' },
    WITHDRAW: { tone: 'calm', word: 'You took your rejection back of' },
  }

export function ReceiptNote({ receipt }: { readonly receipt: Receipt }): ReactNode {
  const { decision, release, role, statement, entry, keyId, reviewHash } = receipt
  const { tone, word } = SAID[decision]
  return (
    <div className="request-note" role="status">
      <p>
        <Mark tone={tone}>
          {word} {release} as {role}
        </Mark>
      </p>
      <dl className="facts">
        <dt>Recorded in</dt>
        <dd>
          {entry === undefined ? (
            <Link to={addressOf('ledger')}>the ledger</Link>
          ) : (
            <Link to={addressOf('ledger', entry)}>ledger entry {entry}</Link>
          )}
        </dd>
        <dt>Signed statement</dt>
        <dd>
          <EvidenceLink digest={statement} />
        </dd>
        <dt>Over</dt>
        <dd>
          <code>{shortDigest(reviewHash)}</code>
        </dd>
        <dt>With the key</dt>
        <dd>
          <code>{keyId.slice(0, 16)}</code>
        </dd>
      </dl>
    </div>
  )
}

interface EndedTerms {
  readonly who: Who
  readonly endedKey: OwnKey
  onKey(): void
}

/** A new key is the person's own decision: somebody ended the old one, and they should know. */
export function KeyEnded({ who, endedKey, onKey }: EndedTerms): ReactNode {
  const act = useAct()
  const { keyId, revokedAt = '' } = endedKey
  const renew = (): void =>
    act.run(async () => {
      await dropKey(who)
      onKey()
      return undefined
    })
  return (
    <div className="state" role="alert">
      <h4>The key of this browser was revoked</h4>
      <p>
        Nothing that <code>{keyId.slice(0, 16)}</code> signs is accepted since{' '}
        <Moment at={revokedAt} />. What it signed before stands. If you did not end it yourself, ask
        an admin why before you go on.
      </p>
      <p>
        <button type="button" disabled={act.isBusy} onClick={renew}>
          Put it away and make a new key
        </button>
      </p>
      <ActNote act={act} />
    </div>
  )
}
