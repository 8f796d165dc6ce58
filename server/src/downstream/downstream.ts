import type { IncomingHttpHeaders } from 'node:http'
import { callPath } from '@entra-bff/shared'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Caller, requireCaller } from '../caller/caller.ts'
import { keepAlive } from '../caller/keep-alive.ts'
import { admit } from '../caller/requirement.ts'
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
import { answerHeaders, idHeaders, lowerCased, streamHeaders } from './passed-headers.ts'

export interface DownstreamOptions {
  calls: readonly Call[]
  client: DownstreamClient
  concurrent: ConcurrentCalls
}

const passedDown = lowerCased(['Content-Type', ...answerHeaders])
const passedDownOfStream = lowerCased(['Content-Type', ...streamHeaders])

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
      // Before the body is read.
      onRequest: admit(call.requires),
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

/** @throws {Failure} when the answer is not the success that the row promises */
function accept(call: Call, caller: Caller, answer: Answer, reply: FastifyReply): Promise<void> {
  passHeaders(answer, reply, idHeaders)
  requireSuccess(call, answer)
  return keepAlive(caller, reply)
}

function passHeaders(
  { headers }: { headers: IncomingHttpHeaders },
  reply: FastifyReply,
  names: readonly string[],
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
