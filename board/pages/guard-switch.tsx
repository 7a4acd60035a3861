// One switch: how it stands, why, its history, and turning it, by a key that may and with a confirmation where it asks for one.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { operations } from '../api.ts'
import type { Flip, FlipPreview, Switch } from '../operations-answers.ts'
import { lists } from '../lists-api.ts'
import { faultOf } from '../board-fault.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { Mark } from '../parts/mark.tsx'
import { Moment } from '../parts/moment.tsx'
import { MoreRows } from '../parts/more.tsx'
import { PreviewButtons } from '../parts/preview-buttons.tsx'
import { Loaded } from '../parts/state.tsx'
import { usePages } from '../paged.ts'

export function SwitchItem({ stored }: { readonly stored: Switch }): ReactNode {
  const { name, says, reason, changedAt, definition, version } = stored
  const [isOpen, open] = useState(false)
  return (
    <li>
      <details onToggle={(event) => open(event.currentTarget.open)}>
        <summary>
          <Mark tone={isOn(stored) ? 'go' : 'stop'}>{says}</Mark>
          <span className="gate-title">
            {name} <span className="tag">{definition.kind}</span>
          </span>
          <span className="soft">
            {reason}, <Moment at={changedAt} />
          </span>
        </summary>
        {isOpen ? (
          <div className="gate-body">
            <FlipForm stored={stored} />
            <History name={name} version={version} />
          </div>
        ) : null}
      </details>
    </li>
  )
}

function isOn({ word }: Switch): boolean {
  return word.state === 'on'
}

function FlipForm({ stored }: { readonly stored: Switch }): ReactNode {
  const { name, version, definition } = stored
  const act = useAct()
  const [reason, say] = useState('')
  const [preview, show] = useState<FlipPreview>()
  const to = isOn(stored) ? 'off' : 'on'
  const turn = (): void =>
    act.run(async () => {
      const flip: Flip = { state: to, reason: reason.trim(), expectedVersion: version }
      const token = await flipOrPreview(name, flip)
      show(token)
      if (token !== undefined) return undefined
      say('')
      return `${name} is turned ${to}.`
    })
  const confirm = ({ token }: FlipPreview): void =>
    act.run(async () => {
      await operations.confirm(token)
      show(undefined)
      say('')
      return `${name} is turned.`
    })
  return (
    <>
      <form
        className="filter"
        onSubmit={(event) => {
          event.preventDefault()
          turn()
        }}
      >
        <label>
          Why
          <input
            value={reason}
            required
            maxLength={500}
            onChange={(event) => say(event.target.value)}
          />
        </label>
        <button type="submit" disabled={act.isBusy}>
          Turn {to}
        </button>
      </form>
      {preview === undefined ? null : (
        <div className="state" role="alert">
          <h2>{preview.summary}</h2>
          <p>
            Risk: {preview.risk}. This switch asks for a second thought ({preview.policy}). What you
            see is what will be done; the offer ends <Moment at={preview.expiresAt} />.
          </p>
          <PreviewButtons
            preview={preview}
            second="somebody else"
            isBusy={act.isBusy}
            onConfirm={() => confirm(preview)}
            onLeave={() => show(undefined)}
          />
        </div>
      )}
      <ActNote act={act} />
      <p className="soft">
        Version {version}; at start {definition.boot}; asks to confirm: {definition.confirms}.
      </p>
    </>
  )
}

/** Turns it, or says what would be done where the switch wants that to be seen first. */
async function flipOrPreview(name: string, flip: Flip): Promise<FlipPreview | undefined> {
  try {
    await operations.flip(name, flip)
    return undefined
  } catch (thrown) {
    if (faultOf(thrown).code !== 'FLAG_CONFIRMATION_REQUIRED') throw thrown
    return operations.previewFlip(name, flip)
  }
}

function History({
  name,
  version,
}: {
  readonly name: string
  readonly version: number
}): ReactNode {
  const history = usePages(
    `history ${name}`,
    (page) => lists.history(name, page),
    undefined,
    version,
  )
  return (
    <>
      <h3>History</h3>
      <Loaded live={history.live} what="the history">
        {({ rows }) => (
          <>
            <ol className="history">
              {rows.map((change) => (
                <li key={change.version}>
                  <Mark tone={isOn(change) ? 'go' : 'stop'}>{change.says}</Mark>{' '}
                  <Moment at={change.changedAt} /> <span>{change.reason}</span>{' '}
                  <span className="soft">by {change.changedBy}</span>
                </li>
              ))}
            </ol>
            <MoreRows what="changes" list={history} />
          </>
        )}
      </Loaded>
    </>
  )
}
