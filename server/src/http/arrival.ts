import type { FastifyInstance, FastifyRequest } from 'fastify'
import { addressOf, peerOf } from '../address.ts'
import type { KeyRing } from '../secrets/key-ring.ts'
import { seal, SealBroken, unseal } from '../secrets/seal.ts'

export const arrivalPath = '/doctor/arrival'
/** The header with the proof that the caller knows SESSION_SECRET. */
export const proofHeader = 'x-doctor-proof'
const proofContext = 'doctor'
const proofMs = 60_000

/** How a request has reached the server. */
export interface Arrival {
  /** Where the connection comes from: the proxy, if there is one. */
  peer: string
  /** What counts as the client's address. */
  address: string
  forwardedFor: string
}

/** @returns a proof for a minute */
export function arrivalProof(ring: KeyRing): string {
  return seal(ring, proofContext, String(Date.now() + proofMs)).toString('base64url')
}

/**
 * `GET /doctor/arrival`: tells the doctor how its request arrived. Without a valid proof, the answer is
 * that of an unknown path, so that strangers do not learn the addresses of proxies.
 */
export async function arrivalRoute(
  app: FastifyInstance,
  { ring }: { ring: KeyRing },
): Promise<void> {
  // For a caller without a proof the path does not exist, so the document does not name it.
  const route = { exposeHeadRoute: false, config: { doc: 'hidden' } } as const
  app.get(arrivalPath, route, (request, reply) => {
    if (!isProven(request, ring)) {
      reply.callNotFound()
      return reply
    }
    const arrival: Arrival = {
      peer: peerOf(request),
      address: addressOf(request),
      forwardedFor: [request.headers['x-forwarded-for'] ?? []].flat().join(),
    }
    return arrival
  })
}

function isProven({ headers }: FastifyRequest, ring: KeyRing): boolean {
  try {
    const proof = Buffer.from(String(headers[proofHeader]), 'base64url')
    return Number(unseal(ring, proofContext, proof)) > Date.now()
  } catch (error) {
    if (error instanceof SealBroken) return false
    throw error
  }
}
