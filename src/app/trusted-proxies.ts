// Reads which proxies an operator stands before a server: whose word about their clients' addresses it takes.
import { messageOf } from '../kernel/index.ts'
import { makePeerOf } from '../web/index.ts'
import { appFault } from './errors.ts'

/** @throws APP_CONFIG_REFUSED: one that is mistyped would be believed nothing, or the wrong one something */
export function readTrustedProxies(text: string): { readonly trustedProxies: readonly string[] } {
  const proxies = text.split(',').map((each) => each.trim())
  try {
    makePeerOf(proxies)
  } catch (cause) {
    throw appFault('APP_CONFIG_REFUSED', `SEAWORTHY_TRUSTED_PROXIES: ${messageOf(cause)}`, {
      cause,
    })
  }
  return { trustedProxies: proxies }
}
