// Mail as a port: one message handed to a mail server that somebody else chose, and what the server said to it.

export const MAIL_SECURITIES = ['tls', 'starttls', 'none'] as const

/** `tls` from the first byte, `starttls` or not at all; `none` only to this machine. */
export type MailSecurity = (typeof MAIL_SECURITIES)[number]

export interface MailServer {
  readonly host: string
  readonly port: number
  readonly security: MailSecurity
  readonly login?: { readonly user: string; readonly password: string }
}

export interface MailRequest extends MailServer {
  readonly from: string
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  readonly html: string
  /** Without angle brackets; the same for each attempt, so that a mailbox can tell a repetition. */
  readonly messageId: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

export interface MailAnswer {
  /** What the server said once it had the whole message, e.g. `250 2.0.0 Ok: queued as 4XyZ`. */
  readonly words: string
  readonly accepted: readonly string[]
  readonly refused: readonly { readonly address: string; readonly words: string }[]
}

/** Where mail goes is judged at every dial; certificates are checked, and nobody logs in without TLS except on this machine. */
export interface GuardedMail {
  /** What can be said of a server before it is dialled. @throws PLATFORM_MAIL_REFUSED */
  admit(server: MailServer): void
  /** @throws PLATFORM_MAIL_REFUSED, PLATFORM_MAIL_FAILED with `reason` and, where the server said one, `status` */
  send(request: MailRequest): Promise<MailAnswer>
}
