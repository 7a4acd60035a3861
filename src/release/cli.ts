// The release commands: status, sign, reject, decide, report, bundle.
import { EXIT, harmlessLine, utf8Bytes } from '../kernel/index.ts'
import type { ExitCode } from '../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import type { AttestedRelease } from './attested.ts'
import type { ShownWhere } from './documents.ts'
import { fileStem, named, renderPaths, routeOf, writeDocuments, writeReports } from './files.ts'
import type { DecidedRelease, ReleaseReview } from './model.ts'
import { chooseRelease, phaseTerms, readReview, requireOption } from './release-calls.ts'
import type { ReplayedDecision } from './replay.ts'
import type { ReleaseKey } from './store.ts'
import { renderLocks, renderStatus, renderVerdict } from './screen.ts'
import { choiceOption } from './register-calls.ts'
import { sealSignOff } from './signed-word.ts'
import { exitCodeFor, STAGES } from '../verdict/index.ts'
import type { Stage } from '../verdict/index.ts'

export async function runStatus(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const review = await readReview(context, await chooseRelease(context, args[0], options), options)
  const { plan, ...rest } = review
  const stage = stageOption(options)
  return {
    exit: stage === undefined ? EXIT.ok : exitCodeFor(review.verdict, review.locks, stage),
    data: { ...rest, signOffRoles: plan.signOffs },
    text: renderStatus(review),
  }
}

export async function runSign(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const release = await chooseRelease(context, args[0], options)
  return signRelease(context, release, options, 'APPROVE')
}

export async function runReject(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const decision = options['withdraw'] === true ? 'WITHDRAW' : 'REJECT'
  return signRelease(context, await chooseRelease(context, args[0], options), options, decision)
}

export async function runDecide(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues = {},
): Promise<CommandOutcome> {
  const release = await chooseRelease(context, args[0], options)
  if (options['replay'] === true) return replayDecision(context, release)
  const stage = stageOption(options)
  const decided = await context.client.call<DecidedRelease & { exit: ExitCode }>(
    'POST',
    routeOf(release, '/decisions', phaseTerms(options)),
    {},
  )
  const paths = await writeDocuments(context, release)
  const { exit: _exit, ...data } = decided
  const { verdict, locks } = decided
  const head = renderVerdict(decided.release, verdict, decided.names, decided.timezone)
  const said = [head, ...renderLocks(locks)]
  return {
    exit: exitCodeFor(verdict, locks, stage),
    data: { ...data, paths },
    text: [...said, renderPaths(paths)].join('\n'),
  }
}

/** The stage that the exit code is asked about; a release is not changed by asking. */
function stageOption(options: OptionValues): Stage | undefined {
  return options['for'] === undefined ? undefined : choiceOption(options, 'for', STAGES)
}

async function replayDecision(
  context: CommandContext,
  release: ReleaseKey,
): Promise<CommandOutcome> {
  const { exit, ...replayed } = await context.client.call<ReplayedDecision & { exit: ExitCode }>(
    'GET',
    routeOf(release, '/replay'),
  )
  const isSame = replayed.differences.length === 0
  const head = isSame
    ? `decided again from the same inputs, with the same result (${replayed.statement})`
    : `NOT the same as was signed: ${replayed.differences.join('; ')}`
  const text = `${renderVerdict(replayed.release, replayed.verdict)}\n${harmlessLine(head)}`
  return { exit: isSame ? exit : EXIT.invalid, data: replayed, text }
}

export async function runReport(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const release = await chooseRelease(context, args[0], options)
  const folder = typeof options['out'] === 'string' ? options['out'] : undefined
  const kind = typeof options['kind'] === 'string' ? options['kind'] : undefined
  const paths = await writeReports(context, release, { folder, kind })
  return { exit: EXIT.ok, data: { paths }, text: renderPaths(paths) }
}

export async function runExport(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const release = await chooseRelease(context, args[0], options)
  const format = requireOption(options, 'format')
  if (options['sigstore'] === true) return exportAttested(context, release, format, options)
  const route = routeOf(release, `/exports/${encodeURIComponent(format)}`)
  const bytes = await context.client.download(route)
  const path = context.files.resolve(requireOption(options, 'out'))
  await context.files.write(path, bytes)
  const data = { format, path, sizeBytes: bytes.length }
  return { exit: EXIT.ok, data, text: renderPaths({ [format]: path }) }
}

/** Bundle, trusted root and key: what a stranger's tool needs. */
async function exportAttested(
  context: CommandContext,
  release: ReleaseKey,
  format: string,
  options: OptionValues,
): Promise<CommandOutcome> {
  const bundle = context.files.resolve(requireOption(options, 'out'))
  const stem = bundle.replace(/\.json$/, '')
  const paths = {
    bundle,
    trustedRoot: `${stem}.trusted-root.json`,
    publicKey: `${stem}.pub.pem`,
  }
  const attested = await context.client.call<AttestedRelease>(
    'POST',
    routeOf(release, `/attestations/${encodeURIComponent(format)}`),
    {},
  )
  await context.files.write(paths.bundle, utf8Bytes(`${JSON.stringify(attested.bundle)}\n`))
  const root = JSON.stringify(attested.trustedRoot, null, 2)
  await context.files.write(paths.trustedRoot, utf8Bytes(`${root}\n`))
  await context.files.write(paths.publicKey, utf8Bytes(publicKeyPem(attested.publicKey)))
  const check = `seaworthy attestation verify ${paths.bundle} --key ${paths.publicKey} --trusted-root ${paths.trustedRoot} --artefact FILE`
  return {
    exit: EXIT.ok,
    data: { format, paths },
    text: `${renderPaths(paths)}\nCheck it anywhere, offline: ${check}`,
  }
}

function publicKeyPem(base64: string): string {
  const lines = base64.replace(/(.{64})(?=.)/g, '$1\n')
  return `-----BEGIN PUBLIC KEY-----\n${lines}\n-----END PUBLIC KEY-----\n`
}

export async function runBundle(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const run = options['withRun']
  const release = await chooseRelease(context, args[0], options)
  const sealed = await context.client.call<
    ShownWhere & { bundle: string; sizeBytes: number; trust: string }
  >('POST', routeOf(release, '/bundles', typeof run === 'string' ? { run } : {}), {})
  const bytes = await context.client.download(`/v1/evidence/${sealed.bundle}`)
  const stem = fileStem(context.ports.digest, named(release, sealed))
  const paths = {
    bundle: context.files.resolve(context.files.outputFolder, `${stem}.bundle.tar`),
    trust: context.files.resolve(context.files.outputFolder, `${stem}.trust.json`),
  }
  await context.files.write(paths.bundle, bytes)
  await context.files.write(paths.trust, utf8Bytes(sealed.trust))
  const text = `${renderPaths(paths)}\nCheck it anywhere, offline: seaworthy verify ${paths.bundle} --trust ${paths.trust}`
  return { exit: EXIT.ok, data: { digest: sealed.bundle, sizeBytes: bytes.length, paths }, text }
}

const VERBS = {
  APPROVE: 'signed off',
  REJECT: 'rejected',
  WITHDRAW: 'withdrew the rejection of',
} as const

async function signRelease(
  context: CommandContext,
  release: ReleaseKey,
  options: OptionValues,
  decision: 'APPROVE' | 'REJECT' | 'WITHDRAW',
): Promise<CommandOutcome> {
  const review = await readReview(context, release, options)
  const { signer, name } = await context.keys.open(requireOption(options, 'as'))
  const { digest, clock } = context.ports
  const sealed = await sealSignOff({ digest, signer }, review, {
    role: requireOption(options, 'role'),
    decision,
    comment: typeof options['comment'] === 'string' ? options['comment'] : '',
    atMs: clock.nowMs(),
  })
  const after = await context.client.upload<ReleaseReview>('POST', '/v1/sign-offs', sealed.bytes)
  const verb = VERBS[decision]
  return {
    exit: EXIT.ok,
    data: {
      statement: sealed.id,
      release: after.release,
      signOffs: after.signOffs,
      reviewHash: after.reviewHash,
    },
    text: `${name} ${verb} ${after.release} as ${requireOption(options, 'role')} over ${review.reviewHash}`,
  }
}
