// Offers issuers to sign in with, asks for a key, and says where to find one and what works without.
import { useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import type { Issuers } from '../answers.ts'
import { useTitle } from '../parts/state.tsx'
import { Link } from '../routes.tsx'
import { signIn } from '../session.ts'

/** What became of a sign-in, by its code; the server's log says more. */
const WORDS: Readonly<Record<string, string>> = {
  IDENTITY_ACCOUNT_UNKNOWN:
    'Nobody invited you here. Ask an admin to invite the address that your issuer vouches for.',
  IDENTITY_SIGN_IN_REFUSED:
    'The sign-in did not hold, or took longer than ten minutes. Begin again.',
  IDENTITY_TENANT_AMBIGUOUS: 'You have accounts in several tenants. Name one, then sign in again.',
  IDENTITY_ISSUER_SILENT: 'The issuer does not answer. Try again later.',
}

interface SignInTerms {
  readonly refusal: string | undefined
  readonly code: string | undefined
  readonly issuers: Issuers['issuers']
}

export function SignInPage({ refusal, code, issuers }: SignInTerms): ReactNode {
  useTitle('Sign in')
  const [key, setKey] = useState('')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (key.trim() !== '') signIn(key.trim())
  }
  return (
    <div className="narrow">
      <h1>Sign in</h1>
      {code === undefined ? null : (
        <p role="alert" className="refusal">
          {WORDS[code] ?? 'You were not signed in.'}
        </p>
      )}
      {issuers.length === 0 ? null : <IssuerLinks issuers={issuers} code={code} />}
      <p>
        A key opens the releases of one tenant. The board keeps it in this tab alone, and sends it
        to this server and to nobody else.
      </p>
      <form onSubmit={submit} className="sign-in">
        <label htmlFor="key">Key</label>
        <input
          id="key"
          type="password"
          autoComplete="off"
          spellCheck={false}
          value={key}
          aria-describedby={refusal === undefined ? undefined : 'refusal'}
          aria-invalid={refusal !== undefined}
          onChange={(event) => setKey(event.target.value)}
        />
        <button type="submit" className="primary">
          Sign in
        </button>
        {refusal === undefined ? null : (
          <p id="refusal" role="alert" className="refusal">
            {refusal}
          </p>
        )}
      </form>
      <h2>Where a key comes from</h2>
      <ul>
        <li>
          <code>npm start</code> and <code>seaworthy serve</code> print a link that signs this
          browser in, to read only.
        </li>
        <li>
          An admin makes one for you with <code>seaworthy api-key create</code>.
        </li>
      </ul>
      <p>
        To check a bundle you need no key: <Link to="/verify">verify it here</Link>. Nothing leaves
        the page.
      </p>
    </div>
  )
}

function IssuerLinks({ issuers, code }: Omit<SignInTerms, 'refusal'>): ReactNode {
  const [tenant, setTenant] = useState('')
  const query = new URLSearchParams({ to: location.pathname + location.search })
  if (tenant.trim() !== '') query.set('tenant', tenant.trim())
  return (
    <>
      {code === 'IDENTITY_TENANT_AMBIGUOUS' ? (
        <div className="sign-in">
          <label htmlFor="tenant">Tenant</label>
          <input
            id="tenant"
            autoComplete="off"
            spellCheck={false}
            value={tenant}
            onChange={(event) => setTenant(event.target.value)}
          />
        </div>
      ) : null}
      <ul className="issuers">
        {issuers.map(({ name, label }) => (
          <li key={name}>
            <a className="primary" href={`/v1/sign-in/${name}?${query.toString()}`}>
              Sign in with {label}
            </a>
          </li>
        ))}
      </ul>
      <h2>With a key</h2>
    </>
  )
}
