import type { CallView } from '@entra-bff/shared'
import type { DownstreamSettings } from '../config/downstream.ts'
import { apiScopes, fullScopeName } from '../config/scopes.ts'

/** One call of a downstream API, made with the caller's own permissions. */
export interface Call {
  /** Id of the call: `GET /api/<id>` makes the call. */
  id: string
  title: string
  /** Origin of the API. */
  resource: string
  path: string
  /** Query parameters that are passed on. All other parameters are refused. */
  query: readonly string[]
  /** Permissions that the call needs, all of one resource. */
  scopes: readonly string[]
  /** Form of the API's answer. */
  answer: 'json' | 'image'
  /** Whether the Welcome view offers the call. */
  listed: boolean
}

const paging = ['$top', '$skip', '$skiptoken']

/** The table of calls. To call one more API, add a row. The server calls no API without a row. */
export function callsOf({ endpoint, scopes, graph }: DownstreamSettings): readonly Call[] {
  if (endpoint === undefined) return []
  const { origin, pathname, search } = new URL(endpoint)
  return [
    {
      id: 'me',
      title: 'Your profile',
      resource: origin,
      path: pathname + search,
      query: [],
      scopes,
      answer: 'json',
      listed: true,
    },
    {
      id: 'me/photo',
      title: 'Your photo',
      resource: graph,
      path: '/v1.0/me/photo/$value',
      query: [],
      scopes: ['User.Read'],
      answer: 'image',
      listed: false,
    },
    {
      id: 'me/calendar',
      title: 'Your calendar',
      resource: graph,
      path: '/v1.0/me/calendar/events',
      query: paging,
      scopes: ['Calendars.Read'],
      answer: 'json',
      listed: true,
    },
    {
      id: 'me/groups',
      title: 'Your groups',
      resource: graph,
      path: '/v1.0/me/memberOf',
      query: paging,
      scopes: ['GroupMember.Read.All'],
      answer: 'json',
      listed: true,
    },
  ]
}

/** @returns a function from the full names of the granted scopes to the calls of the Welcome view */
export function callViews(calls: readonly Call[]): (granted: readonly string[]) => CallView[] {
  const listed = calls
    .filter((call) => call.listed)
    .map(({ id, title, scopes }) => ({
      view: { id, title, scopes: [...scopes] },
      needed: apiScopes(scopes).map((scope) => fullScopeName(scope)),
    }))
  return (granted) => {
    // Records of older versions hold short names.
    const names = granted.map((scope) => (scope.includes('/') ? scope : fullScopeName(scope)))
    return listed.map(({ view, needed }) => ({
      ...view,
      granted: needed.every((scope) => names.includes(scope)),
    }))
  }
}
