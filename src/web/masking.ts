// Masks in a problem document, and in its line of the log, what the caller sent and what looks like a secret.
import type { FastifyRequest } from 'fastify'
import { isContentDigest, MASK, secretPieceOf } from '../kernel/index.ts'
import type { ProblemDocument } from './problem.ts'

const TOKEN = /[\w+/=~.:@%-]{15,}[\w+/=~@%-]/g

/**
 * Problems say what was got, and that may be a key in the wrong place. Words of our own and names stay, so that a problem
 * still says which thing it is about.
 */
export function maskProblem(problem: ProblemDocument, request: FastifyRequest): ProblemDocument {
  const isGiven = makeIsGiven(request)
  return {
    ...problem,
    detail: maskGiven(problem.detail, isGiven),
    details: maskMembers(problem.details, isGiven) as ProblemDocument['details'],
  }
}

/** The same for a text. */
export function maskText(text: string, request: FastifyRequest): string {
  return maskGiven(text, makeIsGiven(request))
}

function maskGiven(text: string, isGiven: (token: string) => boolean): string {
  return text.replace(TOKEN, (token) => {
    const piece = isContentDigest(token) ? undefined : secretPieceOf(token)
    return piece !== undefined && isGiven(piece) ? MASK : token
  })
}

function maskMembers(value: unknown, isGiven: (token: string) => boolean): unknown {
  if (typeof value === 'string') return maskGiven(value, isGiven)
  if (Array.isArray(value)) return value.map((each) => maskMembers(each, isGiven))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      maskGiven(name, isGiven),
      maskMembers(each, isGiven),
    ]),
  )
}

/** Whether a text came with the request, in any of its parts. Only asked of what looks like a secret, so it may cost something. */
function makeIsGiven({ url, headers, body }: FastifyRequest): (token: string) => boolean {
  const parts = [url, decodedOf(url), ...Object.values(headers).map(String)]
  return (token) =>
    parts.some((part) => part.includes(token)) ||
    (body instanceof Uint8Array &&
      Buffer.from(body.buffer, body.byteOffset, body.length).includes(token))
}

function decodedOf(url: string): string {
  try {
    return decodeURIComponent(url)
  } catch {
    // Percent signs that mean nothing: then it was not decoded for the handler either.
    return url
  }
}
