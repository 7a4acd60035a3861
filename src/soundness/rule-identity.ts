// Rules about identities: signers that could be anybody, images that could be anything.
import type { Finding } from './block.ts'
import type { LintContext } from './lint-context.ts'
import { makeFinding } from './lint-context.ts'
import type { PlacedCommand } from './shell-view.ts'

const PATTERN_OPTIONS = new Set([
  '--certificate-identity-regexp',
  '--certificate-oidc-issuer-regexp',
  '--cert-identity-regex',
  '--cert-identity',
  '-i',
  '--signer-workflow',
])

export function findWildcardIdentities(context: LintContext): readonly Finding[] {
  const findings: Finding[] = []
  for (const { argv, command } of context.commands) {
    if (argv[0] !== 'cosign' && argv[0] !== 'slsa-verifier' && argv[0] !== 'gh') continue
    for (const [i, word] of argv.entries()) {
      const equals = word.indexOf('=')
      const option = equals === -1 ? word : word.slice(0, equals)
      if (!PATTERN_OPTIONS.has(option) || option === '-i') continue
      const value = equals === -1 ? (argv[i + 1] ?? '') : word.slice(equals + 1)
      const finding = judgeIdentityPattern(
        context,
        option,
        value,
        offsetOfWord(command.words, option),
      )
      if (finding !== undefined) findings.push(finding)
    }
  }
  return findings
}

function offsetOfWord(words: PlacedCommand['command']['words'], option: string): number {
  return (words.find((word) => word.raw.startsWith(option)) ?? words[0])?.offset ?? 0
}

function judgeIdentityPattern(
  context: LintContext,
  option: string,
  value: string,
  offset: number,
): Finding | undefined {
  if (matchesAnything(value)) {
    return makeFinding(
      context.block,
      'wildcard-identity',
      offset,
      `${option} matches any signer, so the check proves only that somebody signed`,
    )
  }
  if (!option.includes('regex') || value.startsWith('$') || value.startsWith('^')) return undefined
  return makeFinding(
    context.block,
    'wildcard-identity',
    offset,
    `${option} is not anchored with ^, so it also matches other addresses that contain it`,
    'warning',
  )
}

/** Reads the pattern's structure instead of running it: a hostile pattern must not cost time here. */
function matchesAnything(pattern: string): boolean {
  return pattern.split('|').some((branch) => {
    const letters = branch
      .replace(/\[[^\]]*\]/g, '')
      .replace(/\\[A-Za-z]/g, '')
      .replace(/^\(\?[a-z]+\)/, '')
      .replace(/\{[0-9,]*\}/g, '')
      .replace(/^\^?(?:https?|https\?):\/\//, '')
    return !/[A-Za-z0-9$]/.test(letters.replace(/\$+\)*$/, ''))
  })
}

const IMAGE_COMMANDS: Readonly<Record<string, RegExp>> = {
  docker: /^(?:run|pull|push|scout|sbom|manifest)$/,
  podman: /^(?:run|pull|push)$/,
  cosign: /^(?:verify|verify-attestation|sign|attest)$/,
  trivy: /^image$/,
  crane: /^(?:digest|manifest|copy)$/,
}

const IMAGE =
  /^(?:[a-z0-9.-]+(?::\d+)?\/)*[a-z0-9][a-z0-9._-]*(?::[A-Za-z0-9._-]+)?(?:@sha256:[0-9a-f]+)?$/

export function findUnpinnedImages(context: LintContext): readonly Finding[] {
  const findings: Finding[] = []
  for (const placed of context.commands) {
    for (const { image, offset } of imagesOf(placed)) {
      if (image.includes('@sha256:') || image.includes('$') || !IMAGE.test(image)) continue
      const tag = /:([A-Za-z0-9._-]+)$/.exec(image)?.[1]
      const isLoose = tag === undefined || tag === 'latest' || tag === 'main' || tag === 'edge'
      const message = isLoose
        ? `${image} can be another image tomorrow`
        : `the tag of ${image} can be moved`
      findings.push(
        makeFinding(context.block, 'unpinned-image', offset, message, isLoose ? 'warning' : 'note'),
      )
    }
  }
  return findings
}

/** Options of `docker run` that stand alone; any other is taken to have a value, so that a value is never an image. */
const ALONE =
  /^(?:--(?:rm|init|tty|interactive|detach|privileged|read-only|quiet)|-[dit]+|--\S+=\S*)$/

function imagesOf({ argv, command }: PlacedCommand): readonly { image: string; offset: number }[] {
  const expected = Object.hasOwn(IMAGE_COMMANDS, argv[0] ?? '')
    ? IMAGE_COMMANDS[argv[0] ?? '']
    : undefined
  if (expected === undefined || !expected.test(argv[1] ?? '')) return []
  const words = argv.slice(2)
  let at = 0
  if (argv[0] === 'cosign') {
    const last = words.at(-1)
    return last === undefined || last.startsWith('-')
      ? []
      : [{ image: last, offset: offsetOfWord(command.words, last) }]
  }
  while (words[at]?.startsWith('-') === true) at += ALONE.test(words[at]!) ? 1 : 2
  const image = words[at]
  return image === undefined ? [] : [{ image, offset: offsetOfWord(command.words, image) }]
}
