// Reads header fields of an answer as browsers read them: what headers promise counts, not how they are written.

export interface Hsts {
  /** 0 without the field or without a number in it. */
  readonly maxAgeSeconds: number
  readonly includesSubDomains: boolean
  readonly isPreload: boolean
}

/** RFC 6797, 6.1: directives in any order and case, the value quoted or not. */
export function readHsts(text: string | null | undefined): Hsts {
  const words = (text ?? '').split(';').map((word) => word.trim().toLowerCase())
  const age = words.map((word) => /^max-age="?(\d{1,12})"?$/.exec(word)?.[1]).find(Boolean)
  return {
    maxAgeSeconds: age === undefined ? 0 : Number(age),
    includesSubDomains: words.includes('includesubdomains'),
    isPreload: words.includes('preload'),
  }
}

/** Several policies come joined by commas, and browsers obey each of them (CSP level 3, 2.2.2). */
function policiesOf(csp: string): readonly ReadonlyMap<string, readonly string[]>[] {
  return csp
    .split(',')
    .map(directivesOf)
    .filter(({ size }) => size > 0)
}

function directivesOf(policy: string): ReadonlyMap<string, readonly string[]> {
  const directives = new Map<string, readonly string[]>()
  for (const part of policy.split(';')) {
    const [name = '', ...sources] = part.trim().toLowerCase().split(/\s+/)
    // The first of a name counts; browsers ignore later ones.
    if (name !== '' && !directives.has(name)) directives.set(name, sources)
  }
  return directives
}

const UNSAFE_SCRIPTS = ["'unsafe-inline'", "'unsafe-eval'", '*', 'http:', 'https:', 'data:']
const UNSAFE_STYLES = ["'unsafe-inline'", '*']

/**
 * Sources that let in what the policy is there to keep out; a policy without a rule for scripts lets in everything. Of
 * several policies the strictest counts, for scripts and for styles.
 */
export function countUnsafeSources(csp: string): number {
  const policies = policiesOf(csp)
  const least = (kind: 'script' | 'style', words: readonly string[]): number =>
    Math.min(...policies.map((policy) => unsafeIn(policy, kind, words)))
  return policies.length === 0 ? 2 : least('script', UNSAFE_SCRIPTS) + least('style', UNSAFE_STYLES)
}

/** Elements and attributes may have rules of their own, which browsers follow instead of the common one. */
function unsafeIn(
  directives: ReadonlyMap<string, readonly string[]>,
  kind: 'script' | 'style',
  words: readonly string[],
): number {
  const common = directives.get(`${kind}-src`) ?? directives.get('default-src')
  const found = new Set<string>()
  for (const sources of [
    common,
    directives.get(`${kind}-src-elem`) ?? common,
    directives.get(`${kind}-src-attr`) ?? common,
  ]) {
    if (sources === undefined) return 1
    // Beside a nonce or a hash browsers ignore 'unsafe-inline'.
    const isPinned = sources.some((source) => /^'(?:nonce-|sha(?:256|384|512)-)/.test(source))
    for (const source of sources)
      if (words.includes(source) && !(isPinned && source === "'unsafe-inline'")) found.add(source)
  }
  return found.size
}

/** Whether no other site may show the answer in a frame. */
export function refusesFraming(
  csp: string | null | undefined,
  frameOptions: string | null | undefined,
): boolean {
  const ancestors = policiesOf(csp ?? '').flatMap((policy) => {
    const sources = policy.get('frame-ancestors')
    return sources === undefined ? [] : [sources]
  })
  // Where both are there, browsers follow the policy. Without a source it says nobody.
  if (ancestors.length > 0)
    return ancestors.some(
      ([source, ...more]) =>
        more.length === 0 && (source === undefined || source === "'none'" || source === "'self'"),
    )
  return /^(?:deny|sameorigin)$/i.test(frameOptions?.trim() ?? '')
}
