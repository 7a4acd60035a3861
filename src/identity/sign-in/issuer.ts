// What an issuer is to the rest of the house: somebody who is asked who a person is, and whose answer is read.
import type { ProvenIdentity } from '../account/model.ts'

export interface IssuerName {
  /** In addresses of this server: lower-case letters, digits and hyphens. */
  readonly name: string
  /** On screens, e.g. `Google`. */
  readonly label: string
  /** Identifier, as its answers name it. */
  readonly issuer: string
}

/** How an operator says that people may sign in with an issuer. */
export interface IssuerSettings extends IssuerName {
  readonly kind: 'openid' | 'google' | 'github'
  readonly clientId: string
  /** Absent for a public client. */
  readonly clientSecret?: string
}

/** What the server asks an issuer with; each value is used for one sign-in alone. */
export interface SignInTerms {
  readonly state: string
  readonly nonce: string
  /** PKCE: sent only to where the code is exchanged. */
  readonly codeVerifier: string
  /** Where the issuer sends the browser back to. */
  readonly redirectUri: string
  /** Whether the person has to prove anew who they are. */
  readonly isFresh: boolean
}

export interface Issuer extends IssuerName {
  /** Where a browser is sent to. @throws IDENTITY_ISSUER_SILENT */
  leadTo(terms: SignInTerms): Promise<URL>
  /**
   * Reads what a browser brought back, and asks the issuer about it.
   * @param returned the address that the browser came back to, its query as it was
   * @throws IDENTITY_SIGN_IN_REFUSED for an answer that does not hold; IDENTITY_ISSUER_SILENT
   */
  readAnswer(returned: URL, terms: SignInTerms): Promise<ProvenIdentity>
}
