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

function directivesOf(csp: string): ReadonlyMap<string, readonly string[]> {
  const directives = new Map<string, readonly string[]>()
  for (const part of csp.split(';')) {
    const [name = '', ...sources] = part.trim().toLowerCase().split(/\s+/)
    // The first of a name counts; browsers ignore later ones.
    if (name !== '' && !directives.has(name)) directives.set(name, sources)
  }
  return directives
}

/** Sources that let in what the policy is there to keep out; a policy without a rule for scripts lets in everything. */
export function countUnsafeSources(csp: string): number {
  const directives = directivesOf(csp)
  const fallback = directives.get('default-src')
  const scripts = directives.get('script-src') ?? fallback
  const styles = directives.get('style-src') ?? fallback
  const unsafe = (sources: readonly string[] | undefined, words: readonly string[]): number => {
    if (sources === undefined) return 1
    // Beside a nonce or a hash browsers ignore 'unsafe-inline'.
    const isPinned = sources.some((source) => /^'(?:nonce-|sha(?:256|384|512)-)/.test(source))
    return sources.filter(
      (source) => words.includes(source) && !(isPinned && source === "'unsafe-inline'"),
    ).length
  }
  return (
    unsafe(scripts, ["'unsafe-inline'", "'unsafe-eval'", '*', 'http:', 'https:', 'data:']) +
    unsafe(styles, ["'unsafe-inline'", '*'])
  )
}

/** Whether no other site may show the answer in a frame. */
export function refusesFraming(
  csp: string | null | undefined,
  frameOptions: string | null | undefined,
): boolean {
  const ancestors = typeof csp === 'string' ? directivesOf(csp).get('frame-ancestors') : undefined
  // Where both are there, browsers follow the policy.
  if (ancestors !== undefined)
    return ancestors.length === 1 && (ancestors[0] === "'none'" || ancestors[0] === "'self'")
  return /^(?:deny|sameorigin)$/i.test(frameOptions?.trim() ?? '')
}
