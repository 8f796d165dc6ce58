import type { Config } from '../config/config.ts'
import { ConfigError } from '../config/reader.ts'
import type { SessionSettings } from '../config/session.ts'
import { type Arrival, arrivalPath, arrivalProof, proofHeader } from '../http/arrival.ts'
import { parseObject } from '../json.ts'
import { KeyRing } from '../secrets/key-ring.ts'
import { sessionSecrets } from '../secrets/session-secret.ts'
import type { Tell } from './finding.ts'
import type { Visitor } from './visitor.ts'

/** An address for documents (RFC 5737): no client has it. */
const forged = '192.0.2.1'

/**
 * Sends a forged `X-Forwarded-For` to PUBLIC_URL, as an attacker can, and asks the server what has
 * arrived.
 */
export async function checkProxyHeaders(
  { publicUrl, session, trustProxy }: Config,
  visitor: Visitor,
  tell: Tell,
): Promise<void> {
  const ring = ringOf(session)
  if (!ring) {
    tell.skip('not checked: the server made its secret itself, and keeps it elsewhere')
    return
  }
  const headers = { 'x-forwarded-for': forged, [proofHeader]: arrivalProof(ring) }
  const { text } = await visitor.get(publicUrl + arrivalPath, headers)
  const arrival = parseObject(text)
  if (!arrival || !('peer' in arrival)) {
    tell.warn(
      `the server at ${publicUrl} does not tell how requests arrive`,
      'It is of another version, or runs with another SESSION_SECRET: restart it with these settings.',
    )
    return
  }
  judge(arrival as Arrival, trustProxy !== undefined, tell)
}

/** @returns undefined when the secret of the server is not known here */
function ringOf(session: SessionSettings): KeyRing | undefined {
  if (session.store.kind === 'memory' && !session.secrets) return undefined
  try {
    return new KeyRing(sessionSecrets(session, false))
  } catch (error) {
    if (error instanceof ConfigError) return undefined
    throw error
  }
}

function judge({ peer, address, forwardedFor }: Arrival, isTrusting: boolean, tell: Tell): void {
  const hops = forwardedFor.split(',').map((hop) => hop.trim())
  const isForwarded = hops.some((hop) => hop !== '' && hop !== forged)
  if (address === forged) {
    tell.fail(
      'a client can choose the address that RATE_LIMIT counts: its X-Forwarded-For is believed',
      'Make the proxy add the address of the client (nginx: $proxy_add_x_forwarded_for), or leave TRUST_PROXY out where no proxy stands in front.',
    )
  } else if (address === 'unknown') {
    tell.warn(
      `the proxy at ${peer} sends an X-Forwarded-For that holds no address`,
      'Make it send the address of the client.',
    )
  } else if (isForwarded && address === peer) {
    tell.warn(
      `a proxy at ${peer} sends X-Forwarded-For, but RATE_LIMIT counts everybody as that proxy`,
      `Name it in TRUST_PROXY: TRUST_PROXY=${peer}`,
    )
  } else if (isTrusting && !isForwarded) {
    tell.warn(
      `no X-Forwarded-For arrives from ${peer}: all clients of a proxy there count as one address`,
      'Make the proxy send it (nginx: $proxy_add_x_forwarded_for), or leave TRUST_PROXY out where no proxy stands in front.',
    )
  } else {
    const way = isForwarded ? `through the proxy at ${peer}` : 'without a proxy'
    tell.ok(`the server sees the address of a client, here ${address}, ${way}`)
  }
}
