import { STATUS_CODES } from 'node:http'
import { IsOptional, type TObject } from 'typebox'
import { problemTexts } from '../http/problem-texts.ts'
import type { AnswerDoc } from '../http/route-doc.ts'
import type { Components } from './components.ts'
import { problemCodesOf } from './problem-codes.ts'
import type { Route } from './routes.ts'
import { securityOf } from './security.ts'

interface Response {
  description: string
  headers: object
  content?: object
}

export const tagOf = ({ doc }: Route): string => doc.tag ?? 'Other'

/** OpenAPI's operation object of a route. */
export function operationOf(route: Route, components: Components): object {
  const { request, doc } = route
  const { summary, description } = doc
  return {
    operationId: idOf(route),
    summary,
    ...(description !== undefined && { description }),
    tags: [tagOf(route)],
    security: securityOf(route),
    parameters: [
      ...pathParameters(route, components),
      ...parametersIn('query', request.querystring, components),
      ...parametersIn('header', request.headers, components),
    ],
    ...(request.body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: components.schema(request.body) } },
      },
    }),
    responses: responsesOf(route, components),
  }
}

/** `GET /api/sessions/{id}` has the id `getApiSessionsId`. */
function idOf({ method, path }: Route): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter(Boolean)
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

function pathParameters({ path, request }: Route, components: Components): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
    const schema = components.schema(request.params?.properties[name] ?? { type: 'string' })
    return { name, in: 'path', required: true, schema }
  })
}

function parametersIn(
  place: 'query' | 'header',
  schema: TObject | undefined,
  components: Components,
): object[] {
  return Object.entries(schema?.properties ?? {}).map(([name, each]) => {
    return { name, in: place, required: !IsOptional(each), schema: components.schema(each) }
  })
}

function responsesOf(route: Route, components: Components): Record<string, Response> {
  const responses: Record<string, Response> = {}
  for (const [status, answer] of Object.entries(answersOf(route))) {
    responses[status] = responseOf(route, status, answer, components)
  }
  const codes = problemCodesOf(route)
  for (const status of new Set(codes.map((code) => problemTexts[code].status))) {
    const these = codes.filter((code) => problemTexts[code].status === status)
    const { headers, content } = components.problem(these, route.doc.problemHeaders)
    const description = these.map((code) => `${code}: ${problemTexts[code].title}`).join('; ')
    const other = responses[status]
    responses[status] = {
      description: other ? `${other.description} Else ${description}` : description,
      headers: { ...other?.headers, ...headers },
      content: { ...other?.content, ...content },
    }
  }
  return responses
}

/** The answers that are no problems. */
function answersOf({ doc, response }: Route): Readonly<Record<string, AnswerDoc>> {
  if (doc.answers) return doc.answers
  const statuses = Object.keys(response).filter((status) => /^[123]/.test(status))
  if (statuses.length === 0) return { 200: { description: 'OK', types: ['application/json'] } }
  return Object.fromEntries(
    statuses.map((status) => [
      status.toUpperCase(),
      { description: STATUS_CODES[status] ?? 'Success' },
    ]),
  )
}

function responseOf(
  { response }: Route,
  status: string,
  {
    description,
    types,
    body = response[status] ?? response[status.toLowerCase()],
    headers,
  }: AnswerDoc,
  components: Components,
): Response {
  const hasBody = status !== '204' && status !== '304'
  const media = types ?? (body && hasBody ? ['application/json'] : [])
  const content = body ? { schema: components.schema(body) } : {}
  return {
    description,
    headers: components.headers(headers),
    ...(media.length > 0 && { content: Object.fromEntries(media.map((type) => [type, content])) }),
  }
}
