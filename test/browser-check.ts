// Has a page load the verifier and keep a bundle, so that tests can ask it about the bundle, whole or with one bit flipped.
import { base64Of } from '../src/kernel/index.ts'

/**
 * An expression for the page; afterwards `check(bit)` there answers `VERDICT RELEASE findings`, and no bit is flipped below 0.
 * @param modules addresses of the front door and of the browser's ports
 */
export function browserCheck(
  modules: { readonly verify: string; readonly ports: string },
  bundle: Uint8Array,
  trust: Uint8Array,
): string {
  return `(async () => {
    const verify = await import('${modules.verify}')
    const { browserVerifyPorts: ports } = await import('${modules.ports}')
    const bytesOf = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0))
    const trust = verify.parseTrustText(ports.digest, bytesOf('${base64Of(trust)}')).value
    const bundle = bytesOf('${base64Of(bundle)}')
    globalThis.check = async (bit) => {
      const copy = bundle.slice()
      if (bit >= 0) copy[bit >> 3] ^= 1 << (bit & 7)
      const { verdict, release, findings } = await verify.verifyBundle(copy, { ports, trust })
      return verdict + ' ' + release + ' ' + findings.length
    }
  })()`
}
