import type { ProxySettings } from '../config/outbound-proxy.ts'
import { IdentityProviderUnreachable } from '../entra/unreachable.ts'
import { plainReason } from '../plain-reason.ts'

interface NetworkTrouble {
  /** Why there is no answer. The subject, as "the authority:", stands before it. */
  text: string
  remedy: string
  /** The host was reached, but its certificate or its TLS cannot be used. */
  isTls: boolean
}

const certificateRemedy =
  'Where a proxy opens TLS, or the authority of the certificate is your own, name the file of that ' +
  'authority in NODE_EXTRA_CA_CERTS.'

/** Why a request got no answer, and what to do. DNS, TLS, the proxy and the way are told apart. */
export function networkTrouble(error: unknown, proxy: ProxySettings): NetworkTrouble {
  const cause = innermost(error)
  const code = codeOf(cause)
  const isTls = /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO|EPROTO/.test(code)
  const [, refusal] = /^Proxy response \((\d+)\)/.exec(cause.message) ?? []
  if (refusal !== undefined) {
    const text = `HTTPS_PROXY does not lead there: it answers ${refusal}`
    return { text, remedy: proxyRemedies[refusal] ?? proxyRemedy, isTls: false }
  }
  const reason = reasonOf(cause, code)
  if (isOfProxy(cause, proxy)) return { text: `HTTPS_PROXY: ${reason}`, remedy: proxyRemedy, isTls }
  return { text: reason, remedy: isTls ? certificateRemedy : remedyFor(code), isTls }
}

const proxyRemedy = 'Check HTTPS_PROXY, and NO_PROXY for hosts that are reached without it.'
const proxyRemedies: Readonly<Partial<Record<string, string>>> = {
  407: 'Write user and password of the proxy into HTTPS_PROXY.',
  403: 'Have the host admitted in the proxy, or write it in NO_PROXY.',
}

function remedyFor(code: string): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return 'Check the spelling, and the DNS of this machine.'
  }
  return 'Check the address and the firewall; where only a proxy leads out, set HTTPS_PROXY.'
}

function innermost(error: unknown): Error {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0]
  if (!(error instanceof Error)) return new Error('unknown')
  return error.cause instanceof Error ? innermost(error.cause) : error
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

/** An error without a code is the server's own: its text holds no secret. */
function reasonOf(cause: Error, code: string): string {
  if (cause instanceof IdentityProviderUnreachable) return cause.message
  return plainReason(cause, code === cause.name ? cause.message : code)
}

/** The messages of Node and undici name the host or the port that was tried. */
function isOfProxy({ message }: Error, { httpsProxy }: ProxySettings): boolean {
  if (httpsProxy === undefined) return false
  const { hostname, port, protocol } = new URL(httpsProxy)
  const tried = port || (protocol === 'https:' ? '443' : '80')
  return message.includes(hostname) || new RegExp(`:${tried}\\b`).test(message)
}
