import type { ProblemCode } from '@entra-bff/shared'
import { type TProperties, Type } from 'typebox'
import type { AnswerDoc, RouteDoc } from '../http/route-doc.ts'
import { type Call, mediaTypesOf } from './calls.ts'
import { answerHeaders, idHeaders, requestHeaders, streamHeaders } from './passed-headers.ts'

const headers = [...idHeaders, ...answerHeaders] as const

/** What a call of an API can end in, besides the problems of every route. */
export const callProblems: readonly ProblemCode[] = [
  'reauthentication_required',
  'claims_challenge',
  'consent_required',
  'forbidden',
  'not_found',
  'rate_limited',
  'upstream_throttled',
  'upstream_error',
  'upstream_too_large',
  'identity_provider_unavailable',
  'upstream_timeout',
]

/** Describes the route of a row. Fastify checks params, query and body by schemas, which describe them. */
export function documentCall(call: Call): RouteDoc {
  const { title, scopes, requires } = call
  return {
    summary: title,
    description: `Calls an API with the permissions ${scopes.join(', ')} of the signed-in person. A successful call counts as use of the session.`,
    tag: 'APIs',
    session: 'needed',
    problems: requires ? [...callProblems, 'insufficient_user_authentication'] : callProblems,
    problemHeaders: idHeaders,
    answers: {
      '2XX': bodyOf(call),
      304: { description: 'The version in If-None-Match is the newest.', headers },
    },
    request: { headers: RequestHeaders },
  }
}

function bodyOf({ answer, paged }: Call): AnswerDoc {
  if (answer === 'json') {
    // Microsoft Graph says `application/json`; an API can say `application/hal+json`.
    const types = ['application/json', 'application/*']
    const but = paged ? ', but for the link to the next page' : ''
    return { description: `The JSON of the API, as the API sent it${but}.`, types, headers }
  }
  const types = mediaTypesOf(answer)
  if ('bytes' in answer) return { description: 'The bytes of the API, as sent.', types, headers }
  const description = 'The bytes of the API, as they come. The stream ends with the session.'
  return { description, types, headers: [...idHeaders, ...streamHeaders] }
}

/** The headers that go on to the API, besides those of a trace. */
const RequestHeaders = Type.Object(optionalTexts(requestHeaders))

function optionalTexts(names: readonly string[]): TProperties {
  return Object.fromEntries(names.map((name) => [name, Type.Optional(Type.String())]))
}
