// Whose word a press would be: who they are, with which key, until when they may, and by which clock it is dated where theirs is wrong.
import type { ReactNode } from 'react'
import type { Who } from '../answers.ts'
import { keyIdFor } from '../../src/release/browser.ts'
import { clockNote } from '../../src/release/reader-moment.ts'
import type { OwnKey } from '../operations-answers.ts'
import { serverAheadMs } from '../reach.ts'
import type { Act } from './act.tsx'
import { Person } from './acts-as.tsx'
import { ProofAge } from './proof-age.tsx'

interface SignsTerms {
  readonly who: Who
  /** That this browser holds; undefined where one is made. */
  readonly ownKey: OwnKey | undefined
  /** In which the person speaks; absent where that needs none. */
  readonly role?: string
  /** What the press does. */
  readonly act: Act
  /** Where the person comes back to who has to prove again who they are. */
  readonly to: string
  onLeave?(): void
}

/** Beside what is signed. */
export function SignsAs({ who, ownKey, role, act, ...leaving }: SignsTerms): ReactNode {
  const note = clockNote(serverAheadMs())
  const keyId = keyIdFor(who, ownKey, role)
  return (
    <>
      <p className="soft acts-as">
        As: <Person who={who} />, with{' '}
        {keyId === undefined ? 'a new key' : <code>{keyId.slice(0, 16)}</code>}
        {keyId === undefined && ownKey !== undefined ? (
          <>
            , because <code>{ownKey.keyId.slice(0, 16)}</code> was made before you might sign as{' '}
            {role}; that one is ended
          </>
        ) : null}
      </p>
      {note === undefined ? null : <p className="stale-note">{note}</p>}
      {act.fault?.code === 'WEB_PROOF_TOO_OLD' ? null : <ProofAge who={who} {...leaving} />}
    </>
  )
}
