import {
  DeviceLogin,
  DeviceLoginState,
  paths,
  Problem,
  type ProblemCode,
  SessionView,
  type SignInErrorCode,
} from '@entra-bff/shared'
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { customerPrefix, networkOf } from '../../address.ts'
import { audit } from '../../audit.ts'
import { EntraFailure } from '../../entra/failures.ts'
import { Failure } from '../../failure.ts'
import type { SessionViews } from '../../session/views.ts'
import type { SessionBeginner } from '../begin-session.ts'
import type { DeviceLoginCookie } from './device-login-cookie.ts'
import type { DeviceLoginRecord } from './device-login-record.ts'
import type { DeviceLogins } from './device-logins.ts'
import type { SignInReports } from '../report/reports.ts'
import { SignInFailure, toSignInFailure } from '../failure.ts'

export interface DeviceLoginRoutesOptions {
  logins: DeviceLogins
  beginner: SessionBeginner
  reports: SignInReports
  views: SessionViews
  cookie: DeviceLoginCookie
  /** Starts per minute and address. */
  mostStarts: number
}

const path = paths.deviceLogins

/**
 * `/api/device-logins`: sign-in on another device, where the person has a browser (RFC 8628). Register
 * it in a scope with the session plugin. A login is of use to the browser that started it only: a
 * sealed cookie holds its id.
 */
export const deviceLoginRoutes: FastifyPluginCallbackTypebox<DeviceLoginRoutesOptions> = (
  api,
  options,
  done,
) => {
  const { logins, beginner, reports, views, cookie, mostStarts } = options
  const problems = { '4xx': Problem, '5xx': Problem }
  const one = { params: Type.Object({ id: Type.String({ maxLength: 64 }) }) }

  /** The browser's own login that is still of use: the same code is shown until it expires. */
  async function openLoginOf(request: FastifyRequest) {
    const id = cookie.read(request)?.id
    const record = id === undefined ? undefined : await logins.findOpen(id)
    return id !== undefined && record ? { id, record } : undefined
  }

  function requireOwn(request: FastifyRequest<{ Params: { id: string } }>): string {
    const { id } = request.params
    if (cookie.read(request)?.id === id) return id
    throw notFound()
  }

  /**
   * Temporary failures become `identity_provider_unavailable`. A refusal by Entra is logged.
   * @param code of the answer after a refusal
   */
  function translate(request: FastifyRequest, error: unknown, code: ProblemCode): unknown {
    if (!(error instanceof EntraFailure)) return error
    const { reason, message, retryAfter } = error
    const options = { cause: error, retryAfter }
    if (reason === 'unavailable')
      return new Failure('identity_provider_unavailable', message, options)
    reports.tell(request, toSignInFailure(error), 'device')
    return new Failure(code, message, options)
  }

  const startSchema = { response: { 200: DeviceLogin, 201: DeviceLogin, ...problems } }
  const startLimit = { rateLimit: { max: mostStarts } }
  api.post(path, { schema: startSchema, config: startLimit }, async (request, reply) => {
    const open = await openLoginOf(request)
    if (open) return viewOf(open.id, open.record)
    const { id, record } = await logins
      .start(networkOf(request, customerPrefix))
      .catch((error: unknown) => {
        throw translate(request, error, 'identity_provider_unavailable')
      })
    audit(request, { audit: 'device_login', step: 'started', login: logins.nameOf(id) })
    cookie.set(reply, { id })
    return reply.code(201).header('location', `${path}/${id}`).send(viewOf(id, record))
  })

  const stateSchema = { ...one, response: { 200: DeviceLoginState, ...problems } }
  api.get(
    `${path}/:id`,
    { schema: stateSchema, exposeHeadRoute: false, config: { rateLimit: {} } },
    async (request, reply) => {
      const id = requireOwn(request)
      const state = await logins.poll(id)
      if (!state) throw notFound()
      const { outcome, interval, isNews } = state
      if (outcome.kind === 'pending') return { status: outcome.kind, interval }
      if (outcome.kind === 'ready') {
        const login = logins.nameOf(id)
        if (isNews) audit(request, { audit: 'device_login', step: 'approved', login })
        const { name, username } = outcome.claims
        return { status: outcome.kind, user: { name, username } }
      }
      if (outcome.kind === 'used') throw notFound()
      const { code, reason, facts, ref } = outcome
      const failure = new SignInFailure(code, reason, { facts, ref })
      if (isNews) reports.tell(request, failure, 'device')
      reports.keep(request, reply, failure, 'device')
      return { status: statusOf(code), errorRef: ref }
    },
  )

  const finishSchema = { ...one, response: { 200: SessionView, ...problems } }
  api.post(
    `${path}/:id`,
    { schema: finishSchema, config: { rateLimit: {} } },
    async (request, reply) => {
      const id = requireOwn(request)
      const beganAt = Date.now()
      const grant = await logins.redeem(id).catch((error: unknown) => {
        // The status tells why.
        throw translate(request, error, 'not_ready')
      })
      const record = await beginner.begin(request, reply, grant, { method: 'device', beganAt })
      await logins.remove(id).catch((error: unknown) => {
        request.log.warn({ err: error }, 'a device login that is used up was not removed')
      })
      return views.signedIn(record)
    },
  )

  const cancelSchema = { ...one, response: { 204: Type.Null(), ...problems } }
  const cancelOptions = { schema: cancelSchema, config: { rateLimit: {} } }
  api.delete(`${path}/:id`, cancelOptions, async (request, reply) => {
    const id = requireOwn(request)
    await logins.remove(id)
    audit(request, { audit: 'device_login', step: 'cancelled', login: logins.nameOf(id) })
    cookie.clear(reply)
    return reply.code(204).send(null)
  })
  done()
}

/** While it is switched off. */
export function noDeviceLoginRoutes(
  api: FastifyInstance,
  _options: object,
  done: () => void,
): void {
  const refuse = () => {
    throw new Failure('method_disabled', 'DEVICE_LOGIN is off')
  }
  api.all(path, refuse)
  api.all(`${path}/:id`, refuse)
  done()
}

function viewOf(id: string, record: DeviceLoginRecord): DeviceLogin {
  const { userCode, verificationUri, message, interval, expiresAt } = record
  return {
    id,
    userCode,
    verificationUri,
    message,
    interval,
    expiresAt: new Date(expiresAt).toISOString(),
    expiresIn: Math.floor((expiresAt - Date.now()) / 1_000),
  }
}

function statusOf(code: SignInErrorCode): 'declined' | 'expired' | 'failed' {
  if (code === 'access_denied') return 'declined'
  return code === 'device_code_expired' ? 'expired' : 'failed'
}

function notFound(): Failure {
  return new Failure('not_found', 'no such device login of this browser')
}
