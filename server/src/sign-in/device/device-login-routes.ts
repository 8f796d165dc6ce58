import { DeviceLogin, DeviceLoginState, paths } from '@entra-bff/shared'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { Failure } from '../../failure.ts'
import { cancelDoc, disabledDoc, finishDoc, startDoc, stateDoc } from './device-login-docs.ts'
import {
  cancel,
  type DeviceLoginOptions,
  finish,
  readState,
  start,
} from './device-login-handlers.ts'

export interface DeviceLoginRoutesOptions extends DeviceLoginOptions {
  /** Most starts of logins per minute and address. */
  maxStartsPerMinute: number
}

const path = paths.deviceLogins
const params = Type.Object({ id: Type.String({ maxLength: 64 }) })

/**
 * `/api/device-logins`: sign-in on another device, where the person has a browser (RFC 8628). Register
 * it in a scope with the session plugin.
 */
export const deviceLoginRoutes: FastifyPluginAsyncTypebox<DeviceLoginRoutesOptions> = async (
  api,
  options,
) => {
  api.post(path, {
    schema: { response: { 200: DeviceLogin, 201: DeviceLogin } },
    config: { doc: startDoc, rateLimit: { max: options.maxStartsPerMinute } },
    handler: (request, reply) => start(request, reply, options),
  })
  api.get(`${path}/:id`, {
    schema: { params, response: { 200: DeviceLoginState } },
    exposeHeadRoute: false,
    config: { doc: stateDoc, rateLimit: {} },
    handler: (request, reply) => readState(request, reply, options),
  })
  api.post(`${path}/:id`, {
    schema: { params },
    config: { doc: finishDoc, rateLimit: {} },
    handler: (request, reply) => finish(request, reply, options),
  })
  api.delete(`${path}/:id`, {
    schema: { params, response: { 204: Type.Null() } },
    config: { doc: cancelDoc, rateLimit: {} },
    handler: (request, reply) => cancel(request, reply, options),
  })
}

/** Refuses every device login while DEVICE_LOGIN is off. */
export async function noDeviceLoginRoutes(api: FastifyInstance): Promise<void> {
  const refused = {
    config: { doc: disabledDoc },
    handler: () => {
      throw new Failure('method_disabled', 'DEVICE_LOGIN is off')
    },
  }
  api.route({ ...refused, method: 'POST', url: path })
  api.route({ ...refused, method: ['GET', 'POST', 'DELETE'], url: `${path}/:id` })
}
