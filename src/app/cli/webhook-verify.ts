// Verifies a webhook as its receiver would, on a machine that has neither server nor data folder.
import { EXIT, utf8Text } from '../../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../../client/index.ts'
import { systemDigest, systemVerifier } from '../../platform/index.ts'
import { verifyDelivery, webhookFault } from '../../webhook/index.ts'
import { appFault } from '../errors.ts'

const BODY_LIMIT_BYTES = 16 * 1024 * 1024
const SECRET_LIMIT_BYTES = 1_024

export async function runWebhookVerify(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const text = (name: string): string | undefined => {
    const value = options[name]
    return typeof value === 'string' ? value : undefined
  }
  const file = text('secretFile')
  const secret =
    file === undefined
      ? undefined
      : utf8Text(await context.files.read(file, SECRET_LIMIT_BYTES)).trim()
  const publicKey = text('publicKey')
  if (secret === undefined && publicKey === undefined)
    throw appFault('APP_OPTION_INVALID', 'expected --secret-file FILE or --public-key KEY')
  const received = {
    id: text('id'),
    timestamp: text('timestamp'),
    signature: text('signature'),
    body: await context.files.read(args[0] ?? '-', BODY_LIMIT_BYTES),
  }
  const verdict = await verifyDelivery(
    { digest: systemDigest, verifier: systemVerifier },
    received,
    {
      secrets: secret === undefined ? [] : [secret],
      publicKeys: publicKey === undefined ? [] : [publicKey],
    },
    instantOf(text('at')) ?? context.ports.clock.nowMs(),
  ).catch((error: unknown) => {
    if (!(error instanceof RangeError)) throw error
    throw appFault('APP_OPTION_INVALID', error.message, { cause: error })
  })
  if (!verdict.ok)
    throw webhookFault(
      'WEBHOOK_SIGNATURE_REFUSED',
      `expected a delivery that holds, got: ${verdict.reason}`,
    )
  const sentAt = new Date(verdict.timestampS * 1_000).toISOString()
  return {
    exit: EXIT.ok,
    data: { ok: true, sentAt },
    text: `It verifies; it was sent at ${sentAt}.`,
  }
}

function instantOf(text: string | undefined): number | undefined {
  const at = text === undefined ? undefined : Date.parse(text)
  if (at !== undefined && Number.isNaN(at))
    throw appFault(
      'APP_OPTION_INVALID',
      'expected --at with an instant such as 2026-11-26T10:00:00Z',
    )
  return at
}
