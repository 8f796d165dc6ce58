import type { DownstreamSettings } from '../config/downstream.ts'
import { type Call, callsOf } from '../downstream/calls.ts'
import type { Tell } from './finding.ts'
import { networkTrouble } from './network-trouble.ts'
import type { Visit, Visitor } from './visitor.ts'

/** Makes each call that only reads and needs no parameter, without a token: an API must refuse it. */
export async function checkDownstream(
  settings: DownstreamSettings,
  visitor: Visitor,
  tell: Tell,
): Promise<void> {
  const calls = callsOf(settings).filter(({ method, params }) => method === 'GET' && !params)
  if (calls.length === 0) tell.ok('ENDPOINT is empty: no API is called')
  // At once: each call may take as long as a whole check.
  const visits = await Promise.allSettled(
    calls.map(({ resource, path }) => visitor.get(resource + path)),
  )
  for (const [index, call] of calls.entries()) tellCall(call, visits[index], visitor, tell)
}

function tellCall(
  { id, resource, path }: Call,
  visit: PromiseSettledResult<Visit> | undefined,
  { proxy }: Visitor,
  tell: Tell,
): void {
  const { origin, pathname } = new URL(resource + path)
  // A query can hold a key.
  const name = `${id}: ${origin}${pathname}`
  if (visit?.status !== 'fulfilled') {
    const { text, remedy } = networkTrouble(visit?.reason, proxy)
    tell.fail(`${name}: ${text}`, remedy)
  } else if (visit.value.status === 401) tell.ok(`${name} answers, and wants a token`)
  else {
    tell.warn(
      `${name} answers ${String(visit.value.status)} without a token, where 401 is expected`,
      'Check the address: ENDPOINT for "me", server/src/downstream/calls.ts for the others.',
    )
  }
}
