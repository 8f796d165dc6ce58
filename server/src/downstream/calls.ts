import type { CallView } from '@entra-bff/shared'
import type { DownstreamSettings } from '../config/downstream.ts'

/** One call of a downstream API, made with the signed-in person's own permissions. */
export interface Call {
  /** `GET /api/<id>` makes it. */
  id: string
  title: string
  upstream: string
  scopes: string[]
  /** What it answers with. */
  answer: 'json' | 'image'
  /** Query parameters that are passed on; all others are refused. */
  query: string[]
  /** Whether the Welcome view offers it. */
  listed: boolean
}

/**
 * THE TABLE. To call one more API, add a row: its path, its address, its scopes. Nothing else is
 * reachable through this server.
 */
export function callsOf({ endpoint, scopes, graph }: DownstreamSettings): readonly Call[] {
  if (endpoint === undefined) return []
  const me = `${graph}/v1.0/me`
  return [
    row('me', 'Your profile', endpoint, scopes),
    { ...row('me/photo', 'Your photo', `${me}/photo/$value`, ['User.Read']), ...image },
    row('me/calendar', 'Your calendar', `${me}/calendar/events`, ['Calendars.Read'], paged),
    row('me/groups', 'Your groups', `${me}/memberOf`, ['GroupMember.Read.All'], paged),
  ]
}

const image = { answer: 'image', listed: false } as const
const paged = ['$top', '$skip', '$skiptoken']

function row(id: string, title: string, upstream: string, scopes: string[], query: string[] = []) {
  return { id, title, upstream, scopes, query, answer: 'json', listed: true } satisfies Call
}

/** What the Welcome view offers to somebody who has granted these scopes. */
export function viewCalls(calls: readonly Call[], granted: readonly string[]): CallView[] {
  return calls
    .filter((call) => call.listed)
    .map(({ id, title, scopes }) => {
      const isReady = scopes.every((scope) => isGranted(scope, granted))
      return { id, title, scopes, granted: isReady }
    })
}

/** Entra tells granted scopes with or without their resource, and in its own spelling. */
function isGranted(scope: string, granted: readonly string[]): boolean {
  const shortName = (name: string) => name.toLowerCase().split('/').at(-1)
  return granted.some((candidate) => shortName(candidate) === shortName(scope))
}
