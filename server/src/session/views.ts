import type {
  AppInfo,
  CallView,
  SignedIn,
  SignedOut,
  SignedOutReason,
  SignInMethod,
} from '@entra-bff/shared'
import type { FastifyReply } from 'fastify'
import { absoluteExpiry, idleExpiry, type Lifetimes } from './lifetimes.ts'
import type { SessionRecord } from './record.ts'

export interface SessionViewsOptions {
  app: AppInfo
  methods: SignInMethod[]
  /** The calls that the page offers a user with these scopes. */
  callsFor: (granted: readonly string[]) => CallView[]
}

export type SessionViews = ReturnType<typeof sessionViews>

/** Sends bodies of the type `SessionView`, as `GET /api/session` does. */
export function sessionViews(
  { app, methods, callsFor }: SessionViewsOptions,
  lifetimes: Lifetimes,
) {
  /**
   * The JSON of a record without `serverTime`. `Records` gives the same object while a session is
   * unchanged, so its JSON is made once. The JSON leaves the memory with the record.
   */
  const constantParts = new WeakMap<SessionRecord, string>()

  function constantPartOf(record: SessionRecord): string {
    const known = constantParts.get(record)
    if (known !== undefined) return known
    const view: Omit<SignedIn, 'serverTime'> = {
      authenticated: true,
      user: record.user,
      roles: record.roles ?? [],
      calls: callsFor(record.granted),
      idleExpiresAt: new Date(idleExpiry(record, lifetimes)).toISOString(),
      expiresAt: new Date(absoluteExpiry(record, lifetimes)).toISOString(),
      app,
    }
    const part = JSON.stringify(view).slice(0, -1)
    constantParts.set(record, part)
    return part
  }

  return {
    sendSignedOut: (reply: FastifyReply, reason: SignedOutReason): FastifyReply => {
      const view: SignedOut = { authenticated: false, reason, signIn: { methods }, app }
      return sendJson(reply, JSON.stringify(view))
    },
    sendSignedIn: (reply: FastifyReply, record: SessionRecord): FastifyReply => {
      const serverTime = new Date().toISOString()
      return sendJson(reply, `${constantPartOf(record)},"serverTime":"${serverTime}"}`)
    },
  }
}

function sendJson(reply: FastifyReply, text: string): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(text)
}
