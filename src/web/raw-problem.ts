// A problem document for a connection that no reply belongs to: written to the socket itself, which ends with it.
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { securityHeaders } from '../guard/index.ts'
import type { ProblemDocument } from './problem.ts'

/** @param requestId of whoever looks for it in the log; absent where nothing is logged */
export function endWithProblem(
  socket: Duplex,
  problem: ProblemDocument,
  requestId?: string,
): { readonly sizeBytes: number } {
  const body = JSON.stringify(requestId === undefined ? problem : { ...problem, requestId })
  const sizeBytes = Buffer.byteLength(body)
  const fields = {
    ...securityHeaders('api'),
    ...(requestId === undefined ? {} : { 'x-request-id': requestId }),
    'content-type': 'application/problem+json',
    'content-length': sizeBytes,
    connection: 'close',
  }
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? 'Error'}`,
      ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`),
      '',
      body,
    ].join('\r\n'),
  )
  return { sizeBytes }
}
