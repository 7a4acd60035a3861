// When a curl call can only read: GET or HEAD to an http address, nothing written, nothing leaked to a host the text names.
import { refuseArguments } from './proof-options.ts'
import type { ReadArguments, ReadCommand } from './proof-options.ts'
import type { Argument, ProofScope } from './proof-words.ts'

const CURL: ReadCommand = {
  flags: 'sSfLIgGvik46#',
  valued: 'HAmwXodu',
  long: [
    'silent',
    'show-error',
    'fail',
    'fail-with-body',
    'fail-early',
    'location',
    'head',
    'get',
    'verbose',
    'include',
    'compressed',
    'insecure',
    'globoff',
    'no-progress-meter',
    'ipv4',
    'ipv6',
    'http1.1',
    'http2',
    'retry-connrefused',
  ],
  longValued: [
    'header',
    'user-agent',
    'max-time',
    'write-out',
    'request',
    'output',
    'user',
    'url',
    'connect-timeout',
    'retry',
    'retry-delay',
    'retry-max-time',
    'max-redirs',
    'cacert',
    'data-urlencode',
  ],
  // curl has no --name=value form.
  acceptsEquals: false,
  check: checkCurl,
}

export function proveCurl(args: readonly Argument[], scope: ProofScope): string | undefined {
  // What another command printed must not travel to a server, not even inside an address.
  if (args.some((argument) => argument.hasSubstitution))
    return 'a command substitution would be sent away'
  return refuseArguments(args, CURL, scope)
}

/** `@` reads headers from a file; some servers take the method from a header. */
const HEADER = /^(?!.*method)[^@\0][^\r\n]*$/i

/** Options whose value must be exactly one of these. */
const EXACT_VALUES: Readonly<Record<string, RegExp>> = {
  '-X': /^(?:GET|HEAD)$/,
  '--request': /^(?:GET|HEAD)$/,
  '-o': /^\/dev\/null$/,
  '--output': /^\/dev\/null$/,
  // `@` reads the format from a file, and %output{…} writes one.
  '-w': /^(?!@)(?!.*%output)[^\0]*$/s,
  '--write-out': /^(?!@)(?!.*%output)[^\0]*$/s,
  '-H': HEADER,
  '--header': HEADER,
  '-d': /^[A-Za-z0-9_.-]+=[^\0]*$/,
  '--data-urlencode': /^[A-Za-z0-9_.-]+=[^\0]*$/,
}

function checkCurl(read: ReadArguments, scope: ProofScope): string | undefined {
  const names = new Set(read.options.map(({ name }) => name))
  if (
    (names.has('-d') || names.has('--data-urlencode')) &&
    !names.has('-G') &&
    !names.has('--get')
  ) {
    return 'data without --get is a POST'
  }
  for (const { name, value } of read.options) {
    const exact = EXACT_VALUES[name]
    if (exact !== undefined && (value === undefined || !exact.test(value.text)))
      return `the value of ${name} is not on the list of reads`
  }
  const urls = [
    ...read.operands,
    ...read.options.flatMap(({ name, value }) =>
      name === '--url' && value !== undefined ? [value] : [],
    ),
  ]
  if (urls.length === 0) return 'no address'
  // One address with a range or a list is many requests.
  const isGlobbing = !names.has('-g') && !names.has('--globoff')
  if (isGlobbing && urls.some(({ text }) => /[[{]/.test(text)))
    return 'an address with a range or list'
  const values = read.options.flatMap(({ value }) => (value === undefined ? [] : [value]))
  const isExpanded = [...urls, ...values].some(({ text }) => text.includes('\0'))
  for (const url of urls) {
    const refusal = refuseAddress(url, isExpanded, scope)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** A host that comes from a parameter is the operator's choice; one that the text names is the author's. */
function refuseAddress(url: Argument, isExpanded: boolean, scope: ProofScope): string | undefined {
  if (url.hasGlob) return 'the address holds a pattern that is not quoted'
  if (/^(?:https?:\/\/)?\0(?::(?:[0-9]{1,5}|\0))?(?:[/?#].*)?$/s.test(url.text)) {
    return url.parameters.slice(0, 2).some((name) => scope.assigned.has(name))
      ? 'the host comes from the block itself'
      : undefined
  }
  if (!/^https?:\/\/[A-Za-z0-9[]/.test(url.text)) return 'the address is not http or https'
  return isExpanded ? 'a parameter would be sent to a host that the text names' : undefined
}
