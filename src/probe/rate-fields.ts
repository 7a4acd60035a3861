// Reads RateLimit and RateLimit-Policy as the structured fields they are (RFC 9651): a list of texts with whole numbers as parameters.

const LENGTH_LIMIT = 1_000
const MEMBER =
  /^"(?:[\u0020\u0021\u0023-\u005b\u005d-\u007e]|\\["\\])*"((?:;[ ]*[a-z*][a-z0-9_.*-]*(?:=(?:-?\d{1,15}|"[^"\\]*"|:[A-Za-z0-9+/=]*:|[A-Za-z*][\w.*:/-]*))?)*)$/
const PARAMETER = /;[ ]*([a-z*][a-z0-9_.*-]*)=(-?\d{1,15})(?![^;])/g

/**
 * Whole-number parameters of the list's first member, by name. Undefined for what is no such list: an unquoted name,
 * or a number that is none.
 */
export function parseRateFields(text: string | null): Readonly<Record<string, number>> | undefined {
  if (text === null || text.length > LENGTH_LIMIT) return undefined
  const members = splitMembers(text)
  const parsed = members.map((member) => MEMBER.exec(member.trim()))
  const first = parsed[0]
  if (first === null || first === undefined || parsed.includes(null)) return undefined
  return Object.fromEntries(
    [...(first[1] ?? '').matchAll(PARAMETER)].map(([, name, value]) => [name ?? '', Number(value)]),
  )
}

/** At commas outside quotes. */
function splitMembers(text: string): readonly string[] {
  const members: string[] = []
  let isQuoted = false
  let from = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\' && isQuoted) at++
    else if (text[at] === '"') isQuoted = !isQuoted
    else if (text[at] === ',' && !isQuoted) {
      members.push(text.slice(from, at))
      from = at + 1
    }
  }
  return [...members, text.slice(from)]
}
