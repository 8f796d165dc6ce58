import {
  type AppInfo,
  type CallView,
  Problem,
  type SessionView,
  SessionView as SessionViewSchema,
} from '@entra-bff/shared'
import type { FastifyInstance } from 'fastify'
import { absoluteExpiry, idleExpiry, type Lifetimes } from './lifetimes.ts'
import type { SessionRecord } from './record.ts'
import type { SessionLookup } from './sessions.ts'

export interface SessionRouteOptions {
  app: AppInfo
  /** What the page can offer to somebody with these scopes. */
  callsFor: (granted: readonly string[]) => CallView[]
  lifetimes: Lifetimes
}

/** Who the browser is. Starts nothing, changes nothing. */
export function sessionRoutes(
  api: FastifyInstance,
  options: SessionRouteOptions,
  done: () => void,
): void {
  const schema = { response: { 200: SessionViewSchema, '4xx': Problem, '5xx': Problem } }
  api.get('/session', { schema }, (request): SessionView => viewOf(request.lookup, options))
  done()
}

function viewOf(lookup: SessionLookup, options: SessionRouteOptions): SessionView {
  if (lookup.kind === 'live') return signedInView(lookup.session.record, options)
  return {
    authenticated: false,
    reason: lookup.kind === 'ended' ? lookup.reason : 'none',
    signIn: { methods: ['redirect'] },
    app: options.app,
  }
}

function signedInView(record: SessionRecord, options: SessionRouteOptions): SessionView {
  const { app, callsFor, lifetimes } = options
  return {
    authenticated: true,
    user: record.user,
    calls: callsFor(record.granted),
    serverTime: new Date().toISOString(),
    idleExpiresAt: new Date(idleExpiry(record, lifetimes)).toISOString(),
    expiresAt: new Date(absoluteExpiry(record, lifetimes)).toISOString(),
    app,
  }
}
