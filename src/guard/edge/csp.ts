// Content Security Policies (CSP Level 3) that keep what they promise; what would undo them is refused where it is written.
import { GuardFault } from '../errors.ts'

/** Directives with their sources, as in `{ 'img-src': ["'self'", 'https://img.example.com'] }`; an empty list = the bare directive. */
export type CspDirectives = Readonly<Record<string, readonly string[]>>

/** For pages: their own origin, nobody's frame, no plug-in, no inline script or style. */
export const PAGE_CSP: CspDirectives = {
  'default-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
  'object-src': ["'none'"],
}

/** For answers that are no pages: should one be shown as such, it can do nothing. */
export const API_CSP: CspDirectives = { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] }

const NAME = /^[a-z][a-z-]{1,40}$/
const SOURCE = /^[^\s;,\u0000-\u0020\u007f-\uffff]{1,500}$/
/** At least 128 bits in base64 or base64url. */
const NONCE = /^[A-Za-z0-9+/_-]{22,200}={0,2}$/
/** Directives that decide what runs or what a page looks like; `default-src` stands for both. */
const ACTIVE: ReadonlySet<string> = new Set([
  'default-src',
  'script-src',
  'script-src-elem',
  'script-src-attr',
  'style-src',
  'style-src-elem',
  'style-src-attr',
  'object-src',
  'base-uri',
  'worker-src',
])
const UNSAFE =
  /^(?:\*|https?:|data:|blob:|filesystem:|'unsafe-inline'|'unsafe-eval'|'unsafe-hashes')$|^(?:https?:\/\/)?\*(?:\.[^.]+)?(?::\*|:\d+)?$/i
/** Without these a page can still be framed, rebased or made to load a plug-in; `default-src` covers only the last. */
const NEEDED = ['base-uri', 'frame-ancestors', 'object-src']
const COVERED_BY_DEFAULT: ReadonlySet<string> = new Set(['object-src'])

/**
 * @param nonce added to script-src and style-src; made anew for each answer, from at least 16 random bytes
 * @throws GuardFault GUARD_CSP_UNSAFE: `unsafe-*`, whole schemes or `*` where scripts, styles or plug-ins come from, a directive
 * that is needed and missing, a source that would begin another directive
 */
export function writeCsp(directives: CspDirectives, nonce?: string): string {
  if (nonce !== undefined && !NONCE.test(nonce))
    throw refuse('a nonce of at least 16 random bytes in base64', 'a shorter one')
  for (const [name, sources] of Object.entries(directives)) checkDirective(name, sources)
  const isNothing = directives['default-src']?.join() === "'none'"
  for (const name of NEEDED) {
    // A document without anything has no base to set and no form to send.
    const isCovered =
      isNothing && name !== 'frame-ancestors'
        ? true
        : COVERED_BY_DEFAULT.has(name) && directives['default-src'] !== undefined
    if (directives[name] === undefined && !isCovered) throw refuse(`the directive ${name}`, 'none')
  }
  if (directives['script-src'] === undefined && directives['default-src'] === undefined)
    throw refuse('default-src or script-src', 'neither')
  return Object.entries(withNonce(directives, nonce))
    .map(([name, sources]) => [name, ...sources].join(' '))
    .join('; ')
}

function checkDirective(name: string, sources: readonly string[]): void {
  if (!NAME.test(name)) throw refuse('a directive by name', name)
  for (const source of sources) {
    if (!SOURCE.test(source)) throw refuse('sources without blank, comma or semicolon', source)
    if (source === "'none'" && sources.length > 1) throw refuse("'none' alone", sources.join(' '))
    if (ACTIVE.has(name) && UNSAFE.test(source))
      throw refuse(
        `${name} without ${source}: a nonce or a hash allows one script or style`,
        source,
      )
  }
  if (name === 'frame-ancestors' && sources.some((source) => UNSAFE.test(source)))
    throw refuse('frame-ancestors by name', sources.join(' '))
}

function withNonce(directives: CspDirectives, nonce: string | undefined): CspDirectives {
  if (nonce === undefined) return directives
  const added: Record<string, readonly string[]> = { ...directives }
  for (const name of ['script-src', 'style-src']) {
    const given = directives[name] ?? directives['default-src'] ?? []
    added[name] = [...given.filter((source) => source !== "'none'"), `'nonce-${nonce}'`]
  }
  return added
}

function refuse(expected: string, got: unknown): GuardFault {
  return new GuardFault('GUARD_CSP_UNSAFE', `expected ${expected}, got ${JSON.stringify(got)}`)
}
