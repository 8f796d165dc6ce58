import type { DownstreamSettings } from '../config/downstream.ts'
import { type Call, callsOf } from '../downstream/calls.ts'
import type { Tell } from './finding.ts'
import { networkTrouble } from './network-trouble.ts'
import type { Visitor } from './visitor.ts'

/** Makes each call of the table without a token, which an API must refuse. */
export async function checkDownstream(
  settings: DownstreamSettings,
  visitor: Visitor,
  tell: Tell,
): Promise<void> {
  const calls = callsOf(settings)
  if (calls.length === 0) tell.ok('ENDPOINT is empty: no API is called')
  for (const call of calls) await checkCall(call, visitor, tell)
}

async function checkCall(
  { id, resource, path }: Call,
  visitor: Visitor,
  tell: Tell,
): Promise<void> {
  const { href, origin, pathname } = new URL(resource + path)
  // A query can hold a key.
  const name = `${id}: ${origin}${pathname}`
  try {
    const { status } = await visitor.get(href)
    if (status === 401) tell.ok(`${name} answers, and wants a token`)
    else {
      tell.warn(
        `${name} answers ${String(status)} without a token, where 401 is expected`,
        'Check the address: ENDPOINT for "me", server/src/downstream/calls.ts for the others.',
      )
    }
  } catch (error) {
    const { text, remedy } = networkTrouble(error, visitor.proxy)
    tell.fail(`${name}: ${text}`, remedy)
  }
}
