// What harbour answers with: a status, a body for JSON, and fields that only this answer has.
import type { ServerResponse } from 'node:http'

export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Fields that every answer has were set by the guard already. */
export function sendJson(response: ServerResponse, { status, body, headers }: Answer): void {
  if (response.headersSent) return
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}
