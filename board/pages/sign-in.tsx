// Asks for a key, and says where to find one and what works without.
import { useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { useTitle } from '../parts/state.tsx'
import { Link } from '../routes.tsx'
import { signIn } from '../session.ts'

export function SignInPage({ refusal }: { readonly refusal: string | undefined }): ReactNode {
  useTitle('Sign in')
  const [key, setKey] = useState('')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (key.trim() !== '') signIn(key.trim())
  }
  return (
    <div className="narrow">
      <h1>Sign in</h1>
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
