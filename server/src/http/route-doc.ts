import type { ProblemCode } from '@entra-bff/shared'
import type { TObject, TSchema } from 'typebox'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What `/openapi.json` says of the route; `hidden` keeps the route out of the document. */
    doc?: RouteDoc | 'hidden'
  }
}

/**
 * Describes a route, besides the schemas that check its requests and trim its answers. No request
 * is checked by this, and no answer is changed.
 */
export interface RouteDoc {
  /** One short sentence. */
  summary: string
  /** What else a caller must know. */
  description?: string
  /** The group in which the document shows the route. */
  tag?: RouteTag
  /**
   * What becomes of the session cookie. The default is `read` below `/api`, and elsewhere `ignored`.
   * The problem codes of a session follow from this.
   */
  session?: 'needed' | 'read' | 'ignored'
  /** The problem codes of this route alone. Others follow by rule: see `openapi/problem-codes.ts`. */
  problems?: readonly ProblemCode[]
  /** Headers that each problem of this route can have, besides those that follow from its code. */
  problemHeaders?: readonly DocumentedHeader[]
  /**
   * The answers that are no problems, by status; `2XX` stands for all that begin with 2. The default
   * is the route's `schema.response`, else a 200 with any JSON.
   */
  answers?: Readonly<Record<string, AnswerDoc>>
  /** The parts of a request that the handler checks by itself, named as in Fastify's `schema`. */
  request?: RequestDoc
}

export type RouteTag =
  'Session' | 'Sign-in' | 'Sign-in on another device' | 'APIs' | 'Your routes' | 'Server'

export interface RequestDoc {
  params?: TObject
  querystring?: TObject
  headers?: TObject
  body?: TSchema
}

export interface AnswerDoc {
  description: string
  /** The media types of the body. The default is JSON where there is a schema, else no body. */
  types?: readonly string[]
  /** The schema of the body. The default is the schema that `schema.response` has for the status. */
  body?: TSchema
  headers?: readonly DocumentedHeader[]
}

/** Headers that say something about one answer. `Cache-Control` stands in all of them. */
export type DocumentedHeader =
  | 'Location'
  | 'Retry-After'
  | 'ETag'
  | 'request-id'
  | 'client-request-id'
  | 'WWW-Authenticate'
  | 'Clear-Site-Data'
  | 'Content-Disposition'
  | 'Content-Length'
