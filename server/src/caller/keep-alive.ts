import type { FastifyReply } from 'fastify'
import type { Caller } from './caller.ts'

/** Counts an answer as use of the session. It is sent all the same when the store fails or the session has just ended. */
export async function keepAlive(caller: Caller, reply: FastifyReply): Promise<void> {
  try {
    await caller.touch(reply)
  } catch (error) {
    reply.log.warn({ err: error }, 'the idle expiry of the session was not moved')
  }
}
