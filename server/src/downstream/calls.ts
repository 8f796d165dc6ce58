import { type TSchema, Type } from 'typebox'
import type { Requirement } from '../caller/requirement.ts'
import type { DownstreamSettings } from '../config/downstream.ts'

/**
 * What an API answers: JSON, or bytes of one of these media types. `stream` is passed on as it comes,
 * of any length; the others are read whole, up to 16 MiB.
 */
export type AnswerForm = 'json' | { bytes: readonly string[] } | { stream: readonly string[] }

export function mediaTypesOf(form: Exclude<AnswerForm, 'json'>): readonly string[] {
  return 'bytes' in form ? form.bytes : form.stream
}

/** A call of a downstream API, made with the caller's own permissions: one row of the table. */
export interface Call {
  /** The path of the call below `/api`. A segment such as `:eventId` is a parameter. */
  id: string
  title: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Origin of the API. */
  resource: string
  /** The path at the API. The parameter `:eventId` fills the segment `{eventId}`. */
  path: string
  /** The form of each parameter, which is a string. */
  params?: Readonly<Record<string, TSchema>>
  /** Query parameters that are passed on. All other parameters are refused. */
  query?: readonly string[]
  /** The form of the JSON body. A member that the schema does not name is not passed on. */
  body?: TSchema
  /** Permissions that the call needs, all of one API. A short name is a permission of Microsoft Graph. */
  scopes: readonly string[]
  answer: AnswerForm
  /** True for JSON with a part of a list: its `@odata.nextLink` becomes a link of this server. */
  paged?: boolean
  /** What is asked of the caller, besides a session. */
  requires?: Requirement
  /** True when the Welcome view offers the call. */
  listed?: boolean
}

const paging = ['$top', '$skip', '$skiptoken']

/** An id of Outlook. The length keeps out names of other resources, such as `delta`. */
const OutlookId = Type.String({ pattern: '^[\\w=-]{20,500}$' })

/** Of the profile, a person without a role in the directory may change the mobile phone alone. */
const ProfileChange = Type.Object(
  {
    mobilePhone: Type.Union([Type.String({ pattern: '^[+(]?\\d[\\d ()./-]{1,62}$' }), Type.Null()]),
  },
  { additionalProperties: false, examples: [{ mobilePhone: '+1 425 555 0100' }] },
)

/** The table of calls. To call one more API, add a row. The server calls no API without a row. */
export function callsOf({ endpoint, scopes, graph }: DownstreamSettings): readonly Call[] {
  if (endpoint === undefined) return []
  const { origin, pathname, search } = new URL(endpoint)
  return [
    {
      id: 'me',
      title: 'Your profile',
      method: 'GET',
      resource: origin,
      path: pathname + search,
      scopes,
      answer: 'json',
      listed: true,
    },
    {
      id: 'me',
      title: 'Change your profile',
      method: 'PATCH',
      resource: graph,
      path: '/v1.0/me',
      body: ProfileChange,
      scopes: ['User.ReadWrite'],
      answer: 'json',
    },
    {
      id: 'me/photo',
      title: 'Your photo',
      method: 'GET',
      resource: graph,
      path: '/v1.0/me/photo/$value',
      scopes: ['User.Read'],
      // No type that can hold a script.
      answer: { bytes: ['image/jpeg', 'image/png', 'image/gif', 'image/webp'] },
    },
    {
      id: 'me/calendar',
      title: 'Your calendar',
      method: 'GET',
      resource: graph,
      path: '/v1.0/me/calendar/events',
      query: paging,
      scopes: ['Calendars.Read'],
      answer: 'json',
      paged: true,
      listed: true,
    },
    {
      id: 'me/events/:eventId',
      title: 'An event of your calendar',
      method: 'GET',
      resource: graph,
      path: '/v1.0/me/events/{eventId}',
      params: { eventId: OutlookId },
      scopes: ['Calendars.Read'],
      answer: 'json',
    },
    {
      id: 'me/groups',
      title: 'Your groups',
      method: 'GET',
      resource: graph,
      path: '/v1.0/me/memberOf',
      query: paging,
      scopes: ['GroupMember.Read.All'],
      answer: 'json',
      paged: true,
      listed: true,
    },
  ]
}
