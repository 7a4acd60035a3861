// The signing keys of whoever is signed in: where they are, for which roles, and an end for one that is lost.
import type { ReactNode } from 'react'
import { own } from '../own-api.ts'
import type { Who } from '../answers.ts'
import { useLive } from '../live.ts'
import type { OwnKey } from '../operations-answers.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { Ending } from '../parts/ending.tsx'
import { Mark } from '../parts/mark.tsx'
import { Moment } from '../parts/moment.tsx'
import { Loaded } from '../parts/state.tsx'
import { lookAtKeys } from '../signing.ts'

export function OwnKeysSection({ who }: { readonly who: Who }): ReactNode {
  const act = useAct()
  const keys = useLive(`keys of ${who.id}`, () => lookAtKeys(who), undefined, act.done)
  const roles = who.signsAs.length === 0 ? 'no role' : who.signsAs.join(', ')
  return (
    <section aria-labelledby="own-keys">
      <h2 id="own-keys">Your keys</h2>
      <p className="soft">
        New keys of yours may sign as: {roles}. A browser makes one with your first sign-off there.
        Revoke what you have lost: what it signed stands, and it signs nothing more.
      </p>
      <ActNote act={act} />
      <Loaded live={keys} what="your keys">
        {({ here, all }) => (
          <>
            {here.state === 'unable' ? (
              <p className="stale-note">This browser cannot hold a key of yours. {here.why}</p>
            ) : null}
            <KeyRows
              keys={all}
              hereId={'key' in here ? here.key.id : undefined}
              isBusy={act.isBusy}
              onEnd={({ id, keyId }, reason) =>
                act.run(async () => {
                  await own.revokeKey(id, reason)
                  return `${keyId.slice(0, 16)} signs nothing any more.`
                })
              }
            />
          </>
        )}
      </Loaded>
    </section>
  )
}

interface RowTerms {
  readonly keys: readonly OwnKey[]
  /** Id of the key that this browser holds. */
  readonly hereId: string | undefined
  readonly isBusy: boolean
  onEnd(key: OwnKey, reason: string): void
}

function KeyRows({ keys, hereId, isBusy, onEnd }: RowTerms): ReactNode {
  if (keys.length === 0) return <p>You have no signing key yet.</p>
  return (
    <table className="rows">
      <caption className="unseen">Your keys</caption>
      <thead>
        <tr>
          <th scope="col">Key</th>
          <th scope="col">Roles</th>
          <th scope="col">Since</th>
          <th scope="col">State</th>
          <th scope="col">Do</th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <tr key={key.id}>
            <th scope="row">
              <code>{key.keyId.slice(0, 16)}</code>{' '}
              {key.id === hereId ? <span className="tag">this browser</span> : null}
            </th>
            <td data-column="Roles">{key.roles.length === 0 ? 'none' : key.roles.join(', ')}</td>
            <td data-column="Since">
              <Moment at={key.registeredAt} />
            </td>
            <td data-column="State">
              {key.revokedAt === undefined ? (
                <Mark tone="go">In force</Mark>
              ) : (
                <Mark tone="calm">
                  <span>
                    Revoked <Moment at={key.revokedAt} />
                  </span>
                </Mark>
              )}
            </td>
            <td data-column="Do">
              {key.revokedAt === undefined ? (
                <Ending
                  what={`the key ${key.keyId.slice(0, 16)}`}
                  isBusy={isBusy}
                  onEnd={(reason) => onEnd(key, reason)}
                />
              ) : (
                <span className="soft">nothing</span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
