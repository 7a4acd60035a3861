// The header check: what one answer says to browsers about transport, scripts, framing and itself.
import { countUnsafeSources, readHsts, refusesFraming } from '../guard/index.ts'
import type { CheckDescription } from '../kernel/index.ts'
import { ask, fieldOf } from './asking.ts'
import type { Answered } from './asking.ts'
import { probeFault } from './errors.ts'
import type { ProbeCheck, ProbePorts, ProbeQuestion, ProbeRecord } from './model.ts'
import { headersValue, TARGET, urlValue } from './values.ts'

const TIMEOUT_MS = 10_000
/** Fields whose value tells an attacker what to look up. */
const TELLING = ['server', 'x-powered-by', 'x-aspnet-version', 'x-generator', 'x-runtime']

const HEADERS = {
  name: 'probe-headers',
  outward: 'asks',
  summary: 'Security headers of one answer, read as browsers read them',
  parameters: TARGET,
  fields: {
    status: 'status of the answer',
    isHttps: 'whether the address is https; browsers ignore HSTS elsewhere',
    hsts: 'maxAgeSeconds (0 without the header; at least 31536000 by ASVS 3.4.1), includesSubDomains, isPreload',
    csp: 'text, and unsafeCount: sources that allow inline or evaluated scripts and inline styles; null without the header',
    isSniffingOff: '`X-Content-Type-Options: nosniff`',
    isXssFilterOff:
      '`X-XSS-Protection` is absent or 0, as OWASP asks; a filter that is on can be turned against the page',
    isFramingRefused: '`frame-ancestors` none or self, or `X-Frame-Options` DENY or SAMEORIGIN',
    referrerPolicy: 'text; null without the header',
    permissionsPolicy: 'text; null without the header',
    openerPolicy: '`Cross-Origin-Opener-Policy`; null without the header',
    resourcePolicy: '`Cross-Origin-Resource-Policy`; null without the header',
    revealed: 'fields that name software and version',
    revealedCount: 'how many they are',
    weakCookieCount: 'cookies without HttpOnly, without SameSite, or without Secure',
  },
} satisfies CheckDescription

export const headersCheck: ProbeCheck = { ...HEADERS, collect: collectHeaders }

async function collectHeaders(
  { wire }: ProbePorts,
  { values, signal }: ProbeQuestion,
): Promise<ProbeRecord> {
  const url = urlValue(values)
  const pool = wire.openPool(1)
  try {
    const asked = { url, headers: headersValue(values), timeoutMs: TIMEOUT_MS }
    return readSecurityHeaders(url, await ask(pool, asked, signal))
  } finally {
    pool.close()
  }
}

function readSecurityHeaders(url: string, answer: Answered): ProbeRecord {
  if (answer.status === null)
    throw probeFault('PROBE_TARGET_SILENT', `no answer came: ${answer.failure ?? 'broken'}`)
  const field = (name: string): string | null => fieldOf(answer, name)
  const revealed = TELLING.flatMap((name) => {
    const value = field(name)
    return value !== null && (name !== 'server' || /\d/.test(value)) ? [{ name, value }] : []
  })
  // Judged and kept whole: what is unsafe may stand at the end.
  const csp = answer.headers['content-security-policy']?.toWellFormed() ?? null
  return {
    status: answer.status,
    isHttps: url.startsWith('https:'),
    hsts: { ...readHsts(field('strict-transport-security')) },
    csp: csp === null ? null : { text: csp, unsafeCount: countUnsafeSources(csp) },
    isSniffingOff: field('x-content-type-options')?.trim().toLowerCase() === 'nosniff',
    isXssFilterOff: /^0?$/.test(field('x-xss-protection')?.trim() ?? ''),
    isFramingRefused: refusesFraming(csp, field('x-frame-options')),
    referrerPolicy: field('referrer-policy'),
    permissionsPolicy: field('permissions-policy'),
    openerPolicy: field('cross-origin-opener-policy'),
    resourcePolicy: field('cross-origin-resource-policy'),
    revealed,
    revealedCount: revealed.length,
    weakCookieCount: countWeakCookies(answer.headers['set-cookie'] ?? ''),
  }
}

/** Several cookies come joined by commas, which also stand in dates: a cookie begins with a name and an equals sign. */
function countWeakCookies(text: string): number {
  if (text.trim() === '') return 0
  return text.split(/,\s*(?=[^;,=\s]+=)/).filter((cookie) => {
    const words = cookie.split(';').map((word) => word.trim().toLowerCase())
    const hasSameSite = words.some((word) => /^samesite=(?:lax|strict|none)$/.test(word))
    return !(words.includes('httponly') && words.includes('secure') && hasSameSite)
  }).length
}
