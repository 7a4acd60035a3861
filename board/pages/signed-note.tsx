// What is said after a person signed something here: what it says, where it is recorded, and with which key.
import type { ReactNode } from 'react'
import { EvidenceLink } from '../parts/digest.tsx'
import { Mark } from '../parts/mark.tsx'
import { addressOf, Link } from '../routes.tsx'
import type { Signed } from '../signing.ts'
import { shortDigest } from '../words.ts'
import type { Tone } from '../words.ts'

interface SignedTerms {
  readonly tone: Tone
  /** What they did, as a sentence without a full stop. */
  readonly said: string
  readonly signed: Signed
  /** What follows from it. */
  readonly children?: ReactNode
}

export function SignedNote({ tone, said, signed, children }: SignedTerms): ReactNode {
  const { statement, entry, keyId, over } = signed
  return (
    <div className="request-note" role="status">
      <p>
        <Mark tone={tone}>{said}</Mark>
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
          <code>{shortDigest(over)}</code>
        </dd>
        <dt>With the key</dt>
        <dd>
          <code>{keyId.slice(0, 16)}</code>
        </dd>
      </dl>
      {children}
    </div>
  )
}
