// What somebody else asked for and a second person has to confirm: shown as it would be done, and done with a press.
import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { operations } from '../api.ts'
import { useLive } from '../live.ts'
import { dropOffer, offerIn, openOffer, takeOffer } from '../offered.ts'
import type { ShownAction } from '../operations-answers.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { ActsAs } from '../parts/acts-as.tsx'
import { NewKey } from '../parts/new-key.tsx'
import { Moment } from '../parts/moment.tsx'
import { Loaded, useTitle } from '../parts/state.tsx'
import { settings } from '../settings-api.ts'

export function ConfirmPage(): ReactNode {
  useTitle('Confirm a preview')
  const [token, take] = useState(takeOffer)
  // A link that is pasted into the page's own address loads nothing anew.
  useEffect(() => {
    const look = (): void => {
      openOffer()
      take(takeOffer())
    }
    addEventListener('hashchange', look)
    return () => removeEventListener('hashchange', look)
  }, [])
  const leave = (): void => {
    dropOffer()
    take(undefined)
  }
  return (
    <div className="narrow">
      <h1>Confirm a preview</h1>
      <p className="lead">
        What makes an admin, or cannot be taken back, takes two: one asks, another one looks at it
        and confirms.
      </p>
      <ActsAs />
      {token === undefined ? (
        <TokenForm onToken={take} />
      ) : (
        <Offer key={token} token={token} onLeave={leave} />
      )}
    </div>
  )
}

function TokenForm({ onToken }: { onToken(token: string): void }): ReactNode {
  const [text, type] = useState('')
  return (
    <form
      className="filter"
      onSubmit={(event) => {
        event.preventDefault()
        onToken(offerIn(text))
      }}
    >
      <label className="wide">
        Link or token that you were given
        <input
          name="token"
          value={text}
          required
          maxLength={2_000}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => type(target.value)}
        />
      </label>
      <button type="submit" className="primary">
        Show what it would do
      </button>
    </form>
  )
}

interface OfferTerms {
  readonly token: string
  onLeave(): void
}

interface Done {
  readonly summary: string
  /** Of an API key that was made. */
  readonly keyText: string | undefined
}

function Offer({ token, onLeave }: OfferTerms): ReactNode {
  const [done, tell] = useState<Done>()
  const act = useAct()
  const shown = useLive(`offer ${token}`, () => operations.readOffer(token))
  const reader = useLive('settings reader', settings.reader)
  const confirm = ({ preview: { summary } }: ShownAction): void =>
    act.run(async () => {
      const result = await operations.confirm(token)
      dropOffer()
      tell({ summary, keyText: keyIn(result) })
      return undefined
    })
  if (done !== undefined) return <DoneNote done={done} onLeave={onLeave} />
  return (
    <>
      <Loaded live={shown} what="what was asked for">
        {(offer) => (
          <OfferNote
            offer={offer}
            isOwn={offer.previewedBy === reader.value?.id}
            isBusy={act.isBusy}
            onConfirm={() => confirm(offer)}
          />
        )}
      </Loaded>
      <ActNote act={act} />
      <p>
        <button type="button" onClick={onLeave}>
          Leave it
        </button>
      </p>
    </>
  )
}

interface NoteTerms {
  readonly offer: ShownAction
  /** Asked for by whoever reads. */
  readonly isOwn: boolean
  readonly isBusy: boolean
  onConfirm(): void
}

function OfferNote({ offer, isOwn, isBusy, onConfirm }: NoteTerms): ReactNode {
  const { preview, previewedBy, asksSecondPerson, expiresAt } = offer
  return (
    <div className="state">
      <h2>Would {preview.summary}</h2>
      <ul className="changes">
        {preview.changes.map(({ of, what }) => (
          <li key={of + what}>
            <strong>{of}</strong>: {what}
          </li>
        ))}
      </ul>
      <dl className="facts">
        <dt>Asked for by</dt>
        <dd>
          <code>{previewedBy}</code>
          {isOwn ? ', which is you' : ''}
        </dd>
        <dt>Risk</dt>
        <dd>
          {preview.risk} ({preview.policy})
        </dd>
        <dt>Can be confirmed until</dt>
        <dd>
          <Moment at={expiresAt} />
        </dd>
      </dl>
      {!asksSecondPerson ? (
        <p>This takes no second person: it is confirmed where it was asked for.</p>
      ) : isOwn ? (
        <p>You asked for it yourself: somebody else has to confirm it.</p>
      ) : (
        <p>
          <button type="button" className="primary" disabled={isBusy} onClick={onConfirm}>
            Do it
          </button>
        </p>
      )}
    </div>
  )
}

function DoneNote({ done, onLeave }: { readonly done: Done; onLeave(): void }): ReactNode {
  const { summary, keyText } = done
  return (
    <>
      <p className="done-note" role="status">
        Done: {summary}.
      </p>
      {keyText === undefined ? (
        <p>
          <button type="button" onClick={onLeave}>
            Confirm something else
          </button>
        </p>
      ) : (
        <NewKey title="The key that was made" text={keyText} onTaken={onLeave} />
      )}
    </>
  )
}

/** The text of a key that was made, which is told this once. */
function keyIn(result: unknown): string | undefined {
  if (typeof result !== 'object' || result === null || !('key' in result)) return undefined
  return typeof result.key === 'string' ? result.key : undefined
}
