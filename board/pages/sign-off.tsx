// A person's word on a release: who they are, in which of the wanted roles they may speak, with which key, and what came of it.
import { useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { api } from '../api.ts'
import type { Review, Who } from '../answers.ts'
import { useLive } from '../live.ts'
import { Command } from '../parts/copy.tsx'
import { Loaded } from '../parts/state.tsx'
import { addressOf, Link } from '../routes.tsx'
import { toldOfFacts } from '../rhythms.ts'
import { lookAtKeys } from '../signing.ts'
import type { Receipt } from '../signing.ts'
import { countOf } from '../words.ts'
import { forgetDraft, readDraft } from './sign-off-draft.ts'
import type { Draft } from './sign-off-draft.ts'
import { SignOffForm } from './sign-off-form.tsx'
import { KeyEnded, ReceiptNote } from './sign-off-notes.tsx'

/** Also how soon somebody reads that their proof has grown old. */
const WHO_MS = 20_000

interface SignOffTerms {
  readonly review: Review
  /** The release as it stands once a word was recorded. */
  onSigned(after: Review): void
}

export function SignOffSection({ review, onSigned }: SignOffTerms): ReactNode {
  const [draft] = useState(() => readDraft(review.release))
  const [receipt, hand] = useState<Receipt>()
  const [changeCount, count] = useState(0)
  const place = useRef<HTMLDivElement>(null)
  const who = useLive('who', api.who, WHO_MS, changeCount)
  useEffect(() => {
    // Who comes back from their issuer goes on where they left.
    if (draft === undefined) return
    forgetDraft()
    place.current?.scrollIntoView()
    place.current?.focus({ preventScroll: true })
  }, [draft])
  const onDone = (given: Receipt): void => {
    hand(given)
    count((before) => before + 1)
    onSigned(given.after)
  }
  return (
    <div ref={place} tabIndex={-1} className="word" role="group" aria-labelledby="your-word">
      <h3 id="your-word">Your word</h3>
      {receipt === undefined ? null : <ReceiptNote receipt={receipt} />}
      <Loaded live={who} what="who you are">
        {(person) => (
          <WordOf
            who={person}
            review={review}
            draft={draft}
            onDone={onDone}
            onKey={() => count((before) => before + 1)}
            changeCount={changeCount}
          />
        )}
      </Loaded>
    </div>
  )
}

interface WordTerms {
  readonly who: Who
  readonly review: Review
  readonly draft: Draft | undefined
  readonly changeCount: number
  onDone(receipt: Receipt): void
  /** The key of this browser was put away, or turned out to be over. */
  onKey(): void
}

function WordOf({ who, review, draft, changeCount, onDone, onKey }: WordTerms): ReactNode {
  const keys = useLive(
    `keys of ${who.id}`,
    () => lookAtKeys(who),
    toldOfFacts(WHO_MS, 'principal', 'account'),
    changeCount,
  )
  const wanted = wantedRoles(review)
  const roles = wanted.filter((role) => who.signsAs.includes(role))
  if (roles.length === 0) return <NoRole who={who} wanted={wanted} />
  return (
    <Loaded live={keys} what="the key of this browser">
      {({ here, all }) => {
        if (here.state === 'unable')
          return <NoShelf why={here.why} review={review} role={roles[0]} />
        if (here.state === 'ended') return <KeyEnded who={who} endedKey={here.key} onKey={onKey} />
        const others = all.filter(({ revokedAt }) => revokedAt === undefined).length
        return (
          <>
            {here.state === 'new' ? (
              <p className="soft">
                This browser holds no key of yours yet
                {others === 0 ? '' : `, other places hold ${countOf(others, 'key')}`}. One is made
                when you sign; its private half cannot leave this browser.{' '}
                <Link to={addressOf('people')}>Your keys</Link>
              </p>
            ) : null}
            <SignOffForm
              who={who}
              review={review}
              roles={roles}
              keyId={here.state === 'new' ? undefined : here.key.keyId}
              draft={draft}
              onDone={onDone}
              onKeyOver={onKey}
            />
          </>
        )
      }}
    </Loaded>
  )
}

function wantedRoles(review: Review): readonly string[] {
  return [...new Set(review.plan.signOffs.flatMap(({ role, anyOf }) => [role, ...(anyOf ?? [])]))]
}

function NoRole({
  who,
  wanted,
}: {
  readonly who: Who
  readonly wanted: readonly string[]
}): ReactNode {
  const own = who.signsAs.length === 0 ? 'in no role' : `as ${who.signsAs.join(', ')}`
  return (
    <div className="state">
      <h4>You sign {own}</h4>
      <p>This release waits for {wanted.join(', ')}. An admin says in which roles you may sign:</p>
      <Command
        text={`npx seaworthy account change ${who.email ?? who.id} --role ${who.role} --signs-as "${wanted[0] ?? ''}"`}
      />
    </div>
  )
}

interface ShelfTerms {
  readonly why: string
  readonly review: Review
  readonly role: string | undefined
}

function NoShelf({ why, review, role = '' }: ShelfTerms): ReactNode {
  return (
    <div className="state" role="alert">
      <h4>This browser cannot hold a key of yours</h4>
      <p>
        {why} Allow this page to keep data, leave a private window, or use another browser. Or sign
        with a key on your own machine:
      </p>
      <Command text={`npx seaworthy sign ${review.release} --as YOU --role "${role}"`} />
    </div>
  )
}
