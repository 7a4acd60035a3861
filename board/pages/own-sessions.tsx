// Where whoever is signed in is signed in: each browser with its last use, and an end to all of them at once.
import type { ReactNode } from 'react'
import { own } from '../own-api.ts'
import type { OwnSession } from '../operations-answers.ts'
import { useLive } from '../live.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { Moment } from '../parts/moment.tsx'
import { Loaded } from '../parts/state.tsx'
import { toldOfFacts } from '../rhythms.ts'
import { leaveEverywhere } from '../sending.ts'
import { countOf } from '../words.ts'

const REFRESH_MS = 20_000

export function OwnSessionsSection(): ReactNode {
  const act = useAct()
  const sessions = useLive('own sessions', own.sessions, toldOfFacts(REFRESH_MS, 'session'))
  return (
    <section aria-labelledby="own-sessions">
      <h2 id="own-sessions">Where you are signed in</h2>
      <Loaded live={sessions} what="where you are signed in">
        {(all) => (
          <>
            <SessionRows sessions={all} />
            <p className="buttons">
              <button
                type="button"
                disabled={act.isBusy}
                onClick={() =>
                  act.run(async () => {
                    await leaveEverywhere()
                    return undefined
                  })
                }
              >
                Sign out everywhere
              </button>
              <span className="soft">
                Ends {countOf(all.length, 'session')}, this one too. Your keys stay.
              </span>
            </p>
          </>
        )}
      </Loaded>
      <ActNote act={act} />
    </section>
  )
}

function SessionRows({ sessions }: { readonly sessions: readonly OwnSession[] }): ReactNode {
  return (
    <table className="rows">
      <caption className="unseen">Where you are signed in</caption>
      <thead>
        <tr>
          <th scope="col">Signed in</th>
          <th scope="col">Last seen</th>
          <th scope="col">Ends</th>
        </tr>
      </thead>
      <tbody>
        {sessions.map(({ id, isCurrent, startedAt, seenAt, endsAt }) => (
          <tr key={id}>
            <th scope="row">
              <Moment at={startedAt} />{' '}
              {isCurrent ? <span className="tag">this browser</span> : null}
            </th>
            <td data-column="Last seen">
              <Moment at={seenAt} />
            </td>
            <td data-column="Ends">
              <span>
                <Moment at={endsAt} /> <span className="soft">or unused for half an hour</span>
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
