// Whether this browser can sign for the person who is signed in, and what they are told where it cannot.
import type { ReactNode } from 'react'
import type { Who } from '../answers.ts'
import { dropKey } from '../key-shelf.ts'
import { useLive } from '../live.ts'
import type { OwnKey } from '../operations-answers.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { Command } from '../parts/copy.tsx'
import { Moment } from '../parts/moment.tsx'
import { Loaded } from '../parts/state.tsx'
import { addressOf, Link } from '../routes.tsx'
import { toldOfFacts } from '../rhythms.ts'
import { lookAtKeys } from '../signing.ts'
import { countOf } from '../words.ts'

const LOOK_MS = 20_000

interface WithKeyTerms {
  readonly who: Who
  /** What signs the same on the person's own machine. */
  readonly command: string
  /** Another value looks at the keys again. */
  readonly changeCount: number
  /** The key of this browser was put away. */
  onKey(): void
  /** @param ownKey that this browser holds; undefined where one is made */
  children(ownKey: OwnKey | undefined): ReactNode
}

export function WithKey({ who, command, changeCount, onKey, children }: WithKeyTerms): ReactNode {
  const keys = useLive(
    `keys of ${who.id}`,
    () => lookAtKeys(who),
    toldOfFacts(LOOK_MS, 'principal', 'account'),
    changeCount,
  )
  return (
    <Loaded live={keys} what="the key of this browser">
      {({ here, all }) => {
        if (here.state === 'unable') return <NoShelf why={here.why} command={command} />
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
            {children(here.state === 'new' ? undefined : here.key)}
          </>
        )
      }}
    </Loaded>
  )
}

interface ShelfTerms {
  readonly why: string
  readonly command: string
}

function NoShelf({ why, command }: ShelfTerms): ReactNode {
  return (
    <div className="state" role="alert">
      <h4>This browser cannot hold a key of yours</h4>
      <p>
        {why} Allow this page to keep data, leave a private window, or use another browser. Or sign
        with a key on your own machine:
      </p>
      <Command text={command} />
    </div>
  )
}

interface EndedTerms {
  readonly who: Who
  readonly endedKey: OwnKey
  onKey(): void
}

/** A new key is the person's own decision: somebody ended the old one, and they should know. */
function KeyEnded({ who, endedKey, onKey }: EndedTerms): ReactNode {
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
