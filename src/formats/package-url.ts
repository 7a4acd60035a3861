// Package URLs (ECMA-427): whether what a statement names is what a scanner found.

interface PackageUrl {
  /** Type, namespace and name. */
  readonly name: string
  readonly version?: string
  readonly qualifiers: readonly string[]
}

/** A name that can be compared with others; parsed once, since each may be compared many times. */
export interface ComparableId {
  readonly text: string
  readonly url?: PackageUrl
}

export function comparableId(text: string): ComparableId {
  const url = parsePackageUrl(text)
  return url === undefined ? { text } : { text, url }
}

/**
 * Whether `named` covers `found`. A package URL without a version covers every version, its qualifiers have to be among
 * the other's; any other id covers itself only. Source: OpenVEX, "Package URL matching".
 */
export function coversId(named: ComparableId, found: ComparableId): boolean {
  if (named.url === undefined || found.url === undefined) return named.text === found.text
  if (named.url.name !== found.url.name) return false
  if (named.url.version !== undefined && named.url.version !== found.url.version) return false
  const qualifiers = found.url.qualifiers
  return named.url.qualifiers.every((each) => qualifiers.includes(each))
}

function parsePackageUrl(text: string): PackageUrl | undefined {
  if (!text.startsWith('pkg:')) return undefined
  const withoutPath = text.slice('pkg:'.length).split('#', 1)[0]!
  const mark = withoutPath.indexOf('?')
  const head = mark < 0 ? withoutPath : withoutPath.slice(0, mark)
  // A namespace may begin with "@" (npm scopes), encoded or not; a version comes after the last "/".
  const at = head.lastIndexOf('@')
  const hasVersion = at > head.lastIndexOf('/') + 1
  const name = decodeLoosely(hasVersion ? head.slice(0, at) : head)
  const version = hasVersion ? decodeLoosely(head.slice(at + 1)) : undefined
  return {
    name,
    ...(version === undefined ? {} : { version }),
    qualifiers:
      mark < 0
        ? []
        : withoutPath
            .slice(mark + 1)
            .split('&')
            .map(decodeLoosely),
  }
}

function decodeLoosely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A stray percent sign: then the written form is the only form.
    return text
  }
}
