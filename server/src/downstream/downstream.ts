import type { IncomingHttpHeaders } from 'node:http'
import { callPath } from '@entra-bff/shared'
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import { type Caller, requireCaller } from '../caller/caller.ts'
import { requireAll } from '../caller/requirement.ts'
import type { OutboundAnswer } from '../outbound/exchange.ts'
import { type Answer, requireSuccess } from './answers.ts'
import type { PathParameters } from './call-path.ts'
import { callRequest, schemaOf } from './call-request.ts'
import type { Call } from './calls.ts'
import { callWithToken } from './call-with-token.ts'
import { type DownstreamClient, requireOpen } from './client.ts'
import type { ConcurrentCalls } from './concurrent-calls.ts'
import { documentCall } from './document-call.ts'
import { withOwnNextLink } from './next-link.ts'
import { OpenStreams } from './open-streams.ts'

export interface DownstreamOptions {
  calls: readonly Call[]
  client: DownstreamClient
  concurrent: ConcurrentCalls
}

/** The ids of a request at the API, for its support. A failure carries them, too. */
const passedIds = ['request-id', 'client-request-id'] as const
/** Besides the ids, the only headers that go from the API to the caller. */
const passedDown = ['content-type', 'etag', 'content-disposition'] as const
/** The same of a stream. Other answers have a length of this server. */
const passedDownOfStream = [...passedDown, 'content-length'] as const

/** One route for each row of the table of calls. */
export async function downstream(
  api: FastifyInstance,
  { calls, client, concurrent }: DownstreamOptions,
): Promise<void> {
  const streams = new OpenStreams()
  api.addHook('preClose', async () => {
    streams.endSoon()
  })

  for (const call of calls) {
    const isStream = typeof call.answer === 'object' && 'stream' in call.answer
    api.route({
      method: call.method,
      url: callPath(call.id),
      schema: schemaOf(call),
      config: { doc: documentCall(call) },
      // For HEAD, Fastify would read a stream to its end.
      exposeHeadRoute: call.method === 'GET' && !isStream,
      onRequest: admit(call),
      handler: (isStream ? passStream : passWhole)(call),
    })
  }

  function passWhole(call: Call) {
    return async (request: FastifyRequest, reply: FastifyReply) => {
      const caller = requireCaller(request)
      const asked = callRequest(call, request)
      const send = (accessToken: string) => client.send(call, { ...asked, accessToken })
      const answer = await concurrent.run(caller.name, () => callWithToken(call, caller, send))
      await accept(call, caller, answer, reply)
      passHeaders(answer, reply, passedDown)
      return bodyFor(call, answer, reply)
    }
  }

  function passStream(call: Call) {
    return async (request: FastifyRequest, reply: FastifyReply) => {
      const caller = requireCaller(request)
      const asked = callRequest(call, request)
      const send = (accessToken: string) => client.stream(call, { ...asked, accessToken })
      await concurrent.run(caller.name, async () => {
        const answer = await callWithToken(call, caller, send)
        try {
          await accept(call, caller, answer, reply)
          requireOpen(asked.connection)
        } catch (error) {
          answer.body.destroy()
          throw error
        }
        passHeaders(answer, reply, passedDownOfStream)
        reply.code(answer.status)
        if (answer.status === 304) reply.send()
        else await streams.pass(answer, caller, reply)
      })
    }
  }
}

/** Refuses a caller before the body is read, and before a token is asked for. */
function admit({ requires }: Call): onRequestHookHandler {
  return (request, _reply, next) => {
    const caller = requireCaller(request)
    const checked = requires && requireAll(caller, requires)
    if (!checked) {
      next()
      return
    }
    checked.then(() => {
      next()
    }, next)
  }
}

/** @throws {Failure} when the answer is not the success that the row promises */
function accept(call: Call, caller: Caller, answer: Answer, reply: FastifyReply): Promise<void> {
  passHeaders(answer, reply, passedIds)
  requireSuccess(call, answer)
  return caller.touch(reply).catch((error: unknown) => {
    reply.log.warn({ err: error }, 'the idle expiry of the session was not moved')
  })
}

function passHeaders(
  { headers }: { headers: IncomingHttpHeaders },
  reply: FastifyReply,
  names: readonly (keyof IncomingHttpHeaders & string)[],
): void {
  for (const name of names) {
    const value = headers[name]
    if (typeof value === 'string') reply.header(name, value)
  }
}

/** @returns the body, not `reply`: Fastify would make a promise for its end */
function bodyFor(call: Call, { status, body }: OutboundAnswer, reply: FastifyReply) {
  reply.code(status)
  if (body.length === 0) return reply.send()
  const values = reply.request.params as PathParameters
  return call.paged ? withOwnNextLink(body, call, values, reply.log) : body
}
