import { type DeviceLogin, type DeviceLoginState, paths, type ProblemCode } from '@entra-bff/shared'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { customerPrefix, networkOf } from '../../address.ts'
import { audit } from '../../audit.ts'
import { EntraFailure } from '../../entra/failures.ts'
import { Failure } from '../../failure.ts'
import { beginSession, type BeginSessionOptions } from '../begin-session.ts'
import { SignInFailure, toSignInFailure } from '../failure.ts'
import type { SignInReports } from '../report/reports.ts'
import { isUnavailable } from './device-login-record.ts'
import { statusOf, viewOf } from './device-login-view.ts'
import type { DeviceLogins } from './device-logins.ts'

export interface DeviceLoginOptions extends BeginSessionOptions {
  logins: DeviceLogins
  reports: SignInReports
}

type LoginRequest = FastifyRequest<{ Params: { id: string } }>

/** Starts a login. A browser whose last login is still open gets the same code again. */
export async function start(
  request: FastifyRequest,
  reply: FastifyReply,
  { logins, reports, deviceLoginCookie }: DeviceLoginOptions,
): Promise<DeviceLogin> {
  const open = await logins.findOpen(deviceLoginCookie.read(request)?.id)
  if (open) return viewOf(open)
  const login = await logins.start(networkOf(request, customerPrefix)).catch((error: unknown) => {
    throw translate(error, request, reports, 'identity_provider_unavailable')
  })
  const { id } = login
  audit(request, { audit: 'device_login', step: 'started', login: logins.nameOf(id) })
  deviceLoginCookie.set(reply, { id })
  void reply.code(201).header('location', `${paths.deviceLogins}/${id}`)
  return viewOf(login)
}

/** Tells the status of a login. Polls Entra at most once per interval. */
export async function readState(
  request: LoginRequest,
  reply: FastifyReply,
  options: DeviceLoginOptions,
): Promise<DeviceLoginState> {
  const { logins, reports } = options
  const id = requireOwn(request, options)
  const state = await logins.poll(id)
  if (!state || state.outcome.kind === 'used') throw notFound()
  const { interval, isNew } = state
  const outcome = state.outcome
  if (outcome.kind === 'pending') return { status: outcome.kind, interval }
  if (outcome.kind === 'ready') {
    const login = logins.nameOf(id)
    if (isNew) audit(request, { audit: 'device_login', step: 'approved', login })
    const { name, username } = outcome.claims
    return { status: outcome.kind, user: { name, username } }
  }
  const { code, reason, facts, ref } = outcome
  const failure = new SignInFailure(code, reason, { facts, ref })
  if (isNew) reports.log(request, failure, 'device')
  reports.save(request, reply, failure, 'device')
  return { status: statusOf(code), errorRef: ref }
}

/** Makes a session of a login that is ready. */
export async function finish(
  request: LoginRequest,
  reply: FastifyReply,
  options: DeviceLoginOptions,
): Promise<FastifyReply> {
  const { logins, reports, room } = options
  const id = requireOwn(request, options)
  const beganAt = Date.now()
  const grant = await logins.redeem(id).catch((error: unknown) => {
    // `readState` tells the browser the reason.
    throw translate(error, request, reports, 'not_ready')
  })
  const start = { method: 'device', beganAt } as const
  const record = await beginSession(request, reply, grant, start, options)
  await logins.remove(id).catch((error: unknown) => {
    request.log.warn({ err: error }, 'a device login that was used was not removed')
  })
  return room.views.sendSignedIn(reply, record)
}

export async function cancel(
  request: LoginRequest,
  reply: FastifyReply,
  options: DeviceLoginOptions,
): Promise<null> {
  const { logins, deviceLoginCookie } = options
  const id = requireOwn(request, options)
  await logins.remove(id)
  audit(request, { audit: 'device_login', step: 'cancelled', login: logins.nameOf(id) })
  deviceLoginCookie.clear(reply)
  void reply.code(204)
  return null
}

/** Only the browser that started a login can use it: a sealed cookie holds the id of the login. */
function requireOwn(request: LoginRequest, { deviceLoginCookie }: DeviceLoginOptions): string {
  const { id } = request.params
  if (deviceLoginCookie.read(request)?.id === id) return id
  throw notFound()
}

function notFound(): Failure {
  return new Failure('not_found', 'no such device login of this browser')
}

/**
 * Temporary failures become `identity_provider_unavailable`. A refusal by Entra is logged.
 * @param code the code of the answer after a refusal
 */
function translate(
  error: unknown,
  request: FastifyRequest,
  reports: SignInReports,
  code: ProblemCode,
): unknown {
  if (!(error instanceof EntraFailure)) return error
  const { message, retryAfterSeconds } = error
  const options = { cause: error, retryAfterSeconds }
  if (isUnavailable(error)) return new Failure('identity_provider_unavailable', message, options)
  reports.log(request, toSignInFailure(error), 'device')
  return new Failure(code, message, options)
}
