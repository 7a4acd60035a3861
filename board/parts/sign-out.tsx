// The press that ends key or session, and what is said when the server did not hear of it.
import type { ReactNode } from 'react'
import { leave } from '../sending.ts'
import { useAct } from './act.tsx'

export function SignOut(): ReactNode {
  const act = useAct()
  const { fault, isBusy } = act
  const press = (): void =>
    act.run(async () => {
      await leave()
      return undefined
    })
  return (
    <>
      <button type="button" className="quiet" disabled={isBusy} onClick={press}>
        Sign out
      </button>
      {fault === undefined || fault.code === 'WEB_ACCOUNT_CHANGED' ? null : (
        <p className="refusal said" role="alert">
          You are still signed in. {fault.title}: {fault.text}. Press again before you leave this
          browser to others. <span className="code">{fault.code}</span>
        </p>
      )}
    </>
  )
}
